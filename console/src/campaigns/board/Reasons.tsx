// Why contacts were left out, with how many; a reason shows its contacts in the table below.
import { Group, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { useSearchState } from "@/components/search";
import { useReason } from "../before/reasons";
import type { Progress } from "../types";
import classes from "./Reasons.module.css";

export function Reasons({ progress }: { progress: Progress }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const reason = useReason();
  const { values, set } = useSearchState();
  const skipped = Object.entries(progress.numberOfContactsSkipped)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  if (skipped.length === 0) return null;
  const show = (code: string) => {
    const isShown = values.reason === code;
    set({
      tab: "contacts",
      reason: isShown ? undefined : code,
      contactState: isShown ? undefined : "excluded",
      deliveryStatus: undefined,
      search: undefined,
    });
  };
  return (
    <Group gap={6} mb="md" role="group" aria-label={t("campaigns.board.reasons")}>
      <Text size="xs" c="dimmed">
        {t("campaigns.board.reasons")}
      </Text>
      {skipped.map(([code, count]) => (
        <UnstyledButton
          key={code}
          className={classes.reason}
          aria-pressed={values.reason === code}
          onClick={() => show(code)}
        >
          {reason(code)} <b className="figures">{figures.number(count)}</b>
        </UnstyledButton>
      ))}
    </Group>
  );
}
