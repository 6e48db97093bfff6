// Where one is signed in, the way to anything (Ctrl K), and the person's own menu.
import { Kbd, UnstyledButton } from "@mantine/core";
import { useOs } from "@mantine/hooks";
import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { PersonMenu } from "./PersonMenu";
import classes from "./TopBar.module.css";

interface Props {
  onKeys: () => void;
  onSearch: () => void;
  /** What stands before the person's menu, such as an agent's presence. */
  children?: ReactNode;
}

export function TopBar({ onKeys, onSearch, children }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const isMac = useOs() === "macos";
  return (
    <section className={classes.bar} aria-label={t("shell.bar")}>
      <span className={classes.organization}>{session?.organization.name}</span>
      <UnstyledButton className={classes.search} onClick={onSearch} aria-label={t("shell.search")}>
        <Search size={15} aria-hidden />
        <span className={classes.hint}>{t("shell.search")}</span>
        <Kbd size="xs" className={classes.hint}>
          {isMac ? "⌘ K" : "Ctrl K"}
        </Kbd>
      </UnstyledButton>
      {children}
      <PersonMenu onKeys={onKeys} />
    </section>
  );
}
