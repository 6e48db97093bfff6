// The frame around every page: areas at the left (below on a phone), organization and person above.
import { useDisclosure, useHotkeys, useLocalStorage } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { allows } from "@/api/permissions";
import { useMe } from "@/api/session";
import { mayDesk } from "@/desk/permissions";
import { withWords } from "@/locales";
import classes from "./AppShell.module.css";
import { areasFor } from "./areas";
import { Connection } from "./Connection";
import { Rail } from "./Rail";
import { SubNav } from "./SubNav";
import { TopBar } from "./TopBar";

const Palette = lazy(() => import("./Palette"));
const KeysHelp = lazy(() => import("./KeysHelp"));
const loadDeskBar = withWords("deskBar", () => import("@/desk/bar"));
const DeskBar = lazy(loadDeskBar);

export function AppShell() {
  const { t } = useTranslation();
  const me = useMe();
  const [isSlim, setSlim] = useLocalStorage({ key: "tidings-rail-slim", defaultValue: false });
  const [keysOpen, keys] = useDisclosure(false);
  const granted = me?.authorization?.permissions ?? [];
  const areas = areasFor(granted);
  const [offers, setOffers] = useState<HTMLElement | null>(null);
  // How often the palette was asked for; it is fetched at the first time.
  const [asked, setAsked] = useState(0);
  const ask = () => setAsked((times) => times + 1);
  useHotkeys([["mod+K", ask]], []);
  useHotkeys([
    ["shift+?", keys.open],
    ["?", keys.open],
  ]);
  return (
    <div className={classes.shell} data-slim={isSlim}>
      <a href="#main" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <Rail areas={areas} isSlim={isSlim} onSlim={setSlim} />
      <TopBar onKeys={keys.open} onSearch={ask}>
        <Suspense>{allows(granted, mayDesk.work) && <DeskBar offers={offers} />}</Suspense>
      </TopBar>
      <main id="main" className={classes.main} tabIndex={-1}>
        <Connection />
        <div ref={setOffers} />
        <SubNav areas={areas} />
        <div className={classes.page}>
          <Outlet />
        </div>
      </main>
      <Suspense>
        {asked > 0 && <Palette asked={asked} areas={areas} onKeys={keys.open} />}
        {keysOpen && <KeysHelp onClose={keys.close} />}
      </Suspense>
    </div>
  );
}
