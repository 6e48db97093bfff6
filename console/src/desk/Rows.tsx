// The rows of the desk's list; only those in sight are drawn.
import { useVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { BellRing, PauseCircle, PencilLine, Eye, type LucideIcon } from "lucide-react";
import { memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import classes from "./Rows.module.css";
import { readDraft } from "./drafts";
import type { Row } from "./rows";
import type { Standing } from "./standing";
import { WindowRing } from "./WindowRing";

const HEIGHT = 68;
const NEAR_END = 10;

export function Rows({ rows, onEnd }: { rows: Row[]; onEnd?: () => void }) {
  const { values } = useSearchState();
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => HEIGHT,
    overscan: 6,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd && last >= rows.length - NEAR_END) onEnd();
  }, [last, rows.length, onEnd]);
  const openAt = rows.findIndex(({ id }) => id === values.c);
  useEffect(() => {
    if (openAt >= 0) virtual.scrollToIndex(openAt, { align: "auto" });
    // Only when another one is opened: a row that moves up by itself must not drag the list along.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [values.c]);
  return (
    <div ref={box} className={classes.box}>
      <ul className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, key }) => {
          const row = rows[index];
          return (
            row && (
              <li key={key} className={classes.place} style={{ top: start, height: HEIGHT }}>
                <OneRow row={row} tab={values.tab} isOpen={row.id === values.c} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

const SIGNS: Partial<Record<Standing, LucideIcon>> = {
  offered: BellRing,
  parked: PauseCircle,
  wrapup: PencilLine,
  watched: Eye,
};

const OneRow = memo(function OneRow(props: { row: Row; tab?: string; isOpen: boolean }) {
  const { row, tab, isOpen } = props;
  const { t } = useTranslation();
  const draft = isOpen ? "" : readDraft(row.id);
  return (
    <Link
      to="/desk"
      search={{ ...(tab && { tab }), c: row.id } as never}
      className={classes.row}
      data-open={isOpen}
      data-awaits={row.awaits}
      data-conversation={row.id}
      aria-current={isOpen ? "true" : undefined}
    >
      <span className={classes.line}>
        <span className={classes.name}>{row.name}</span>
        {row.awaits && <span className={classes.dot} title={t("desk.awaits")} />}
        <span className={classes.time}>
          <RelativeTime time={row.time} />
        </span>
      </span>
      <span className={classes.line}>
        <Sign standing={row.standing} />
        <span className={classes.text}>{draft ? t("desk.draft", { text: draft }) : row.text}</span>
        {row.knowsWindow && <WindowRing closes={row.closes} />}
      </span>
      <span className={classes.queue}>
        <Owner owner={row.owner} />
        {row.queue}
      </span>
    </Link>
  );
});

/** Which colleague has it, or is offered it. */
function Owner({ owner }: Pick<Row, "owner">) {
  const { t } = useTranslation();
  if (!owner) return null;
  const { name, isOffered } = owner;
  return (
    <>
      <span className={classes.owner}>
        {isOffered ? t("desk.rowOffered", { name }) : t("desk.rowOwner", { name })}
      </span>
      {" · "}
    </>
  );
}

function Sign({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const Icon = SIGNS[standing];
  if (!Icon) return null;
  const word = t(`desk.standings.${standing as "offered" | "parked" | "wrapup" | "watched"}`);
  return <Icon size={14} aria-label={word} className={classes.sign} />;
}
