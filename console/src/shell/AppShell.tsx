// The frame around every page: areas at the left (below on a phone), organization and person above.
import { useDisclosure, useHotkeys, useLocalStorage } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/api/session";
import classes from "./AppShell.module.css";
import { areasFor } from "./areas";
import { Rail } from "./Rail";
import { SubNav } from "./SubNav";
import { TopBar } from "./TopBar";

const Palette = lazy(() => import("./Palette"));
const KeysHelp = lazy(() => import("./KeysHelp"));

export function AppShell() {
  const { t } = useTranslation();
  const me = useMe();
  const [isSlim, setSlim] = useLocalStorage({ key: "tidings-rail-slim", defaultValue: false });
  const [keysOpen, keys] = useDisclosure(false);
  const areas = areasFor(me?.authorization?.permissions ?? []);
  useHotkeys([
    ["shift+?", keys.open],
    ["mod+K", spotlight.open],
  ]);
  return (
    <div className={classes.shell} data-slim={isSlim}>
      <a href="#main" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <Rail areas={areas} isSlim={isSlim} onSlim={setSlim} />
      <TopBar onKeys={keys.open} />
      <main id="main" className={classes.main} tabIndex={-1}>
        <SubNav areas={areas} />
        <div className={classes.page}>
          <Outlet />
        </div>
      </main>
      <Suspense>
        <Palette areas={areas} onKeys={keys.open} />
        {keysOpen && <KeysHelp onClose={keys.close} />}
      </Suspense>
    </div>
  );
}
