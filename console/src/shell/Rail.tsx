// The areas a role may use, as a rail at the left or a bar below.
import { ActionIcon, Tooltip } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { pageAt, type Area } from "./areas";
import classes from "./Rail.module.css";

interface Props {
  areas: Area[];
  isSlim: boolean;
  onSlim: (isSlim: boolean) => void;
}

export function Rail({ areas, isSlim, onSlim }: Props) {
  const { t } = useTranslation();
  const label = isSlim ? t("shell.widen") : t("shell.narrow");
  return (
    <nav className={classes.rail} aria-label={t("shell.areas")} data-slim={isSlim}>
      <div className={classes.brand}>
        <img src="/tidings.svg" alt="" width={24} height={24} />
        <span className={classes.name}>{"Tidings"}</span>
      </div>
      <div className={classes.areas}>
        {areas.map((area) => (
          <AreaLink key={area.id} area={area} isSlim={isSlim} />
        ))}
      </div>
      <Tooltip label={label} position="right">
        <ActionIcon
          variant="subtle"
          color="gray"
          className={classes.slim}
          onClick={() => onSlim(!isSlim)}
          aria-label={label}
        >
          {isSlim ? <PanelLeftOpen size={18} /> : <PanelLeftClose size={18} />}
        </ActionIcon>
      </Tooltip>
    </nav>
  );
}

function AreaLink({ area, isSlim }: { area: Area; isSlim: boolean }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const isHere = pageAt(area.pages, pathname) !== undefined;
  const Icon = area.icon;
  return (
    <Tooltip label={t(`areas.${area.id}`)} position="right" disabled={!isSlim}>
      <Link
        to={area.pages[0]?.href ?? "/"}
        className={classes.area}
        data-here={isHere}
        aria-current={isHere ? "page" : undefined}
      >
        <Icon size={18} strokeWidth={1.8} aria-hidden />
        <span className={classes.label}>{t(`areas.${area.id}`)}</span>
      </Link>
    </Tooltip>
  );
}
