// The pages of the open area, when there is more than one; the open one is always in sight.
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { pageAt, type Area } from "./areas";
import classes from "./SubNav.module.css";

export function SubNav({ areas }: { areas: Area[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const open = nav.current?.querySelector('[data-here="true"]');
    open?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  const area = areas.find(({ pages }) => pageAt(pages, pathname));
  if (!area || area.pages.length < 2) return null;
  const here = pageAt(area.pages, pathname);
  return (
    <nav ref={nav} className={classes.nav} aria-label={t(`areas.${area.id}`)}>
      {area.pages.map((page) => {
        const isHere = page === here;
        return (
          <Link
            key={page.id}
            to={page.href}
            className={classes.page}
            data-here={isHere}
            aria-current={isHere ? "page" : undefined}
          >
            {t(`pages.${page.id}`)}
          </Link>
        );
      })}
    </nav>
  );
}
