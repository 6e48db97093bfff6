// The pages of the open area, when there is more than one.
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { pageAt, type Area } from "./areas";
import classes from "./SubNav.module.css";

export function SubNav({ areas }: { areas: Area[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const area = areas.find(({ pages }) => pageAt(pages, pathname));
  if (!area || area.pages.length < 2) return null;
  const here = pageAt(area.pages, pathname);
  return (
    <nav className={classes.nav} aria-label={t(`areas.${area.id}`)}>
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
