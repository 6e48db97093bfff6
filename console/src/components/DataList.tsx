// The table of every list page: sticky header, rows drawn only where they are seen, more loaded
// by scrolling, columns of choice, J and K to walk the rows, and rows that stay under the
// pointer when new ones come in above.
import { Button, Checkbox, Skeleton } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { MouseEvent, ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { KeysetList } from "@/api/keyset";
import { ColumnChooser, useColumns } from "./columns";
import classes from "./DataList.module.css";
import { ErrorNotice } from "./ErrorNotice";
import { RowLink } from "./RowLink";

const ROW_HEIGHT = 44;

export interface Column<T> {
  id: string;
  header: string;
  /** Pixels; a column without width shares what is left. */
  width?: number;
  align?: "end";
  /** Shown on a phone too; a number is its width there. The first column takes what is left. */
  narrow?: boolean | number;
  /** Off until chosen in the column chooser. */
  hidden?: boolean;
  render: (row: T) => ReactNode;
}

export interface Selection {
  ids: ReadonlySet<string>;
  onChange: (ids: Set<string>) => void;
}

interface Props<T> {
  /** Names the list for the column chooser's memory. */
  name: string;
  label: string;
  columns: Column<T>[];
  list: KeysetList<T>;
  idOf: (row: T) => string;
  /** Where a click on the row leads. */
  hrefOf?: (row: T) => string;
  /** What a click on the row does instead of leading somewhere. */
  onOpen?: (row: T) => void;
  selection?: Selection;
  empty: ReactNode;
}

export function DataList<T>(props: Props<T>) {
  const { list, name, empty } = props;
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const chosen = useColumns(name, props.columns);
  const columns = isNarrow ? narrowed(props.columns) : chosen.visible;
  const frame = useRef<HTMLDivElement>(null);
  if (list.error && list.rows.length === 0) {
    return <ErrorNotice error={list.error} retry={list.reload} />;
  }
  if (!list.isLoading && list.rows.length === 0 && !list.hasMore) return <>{empty}</>;
  return (
    <div className={classes.frame} ref={frame} data-list={name}>
      <table className={classes.table} aria-label={props.label} aria-busy={list.isLoading}>
        <Sizes columns={columns} selectable={Boolean(props.selection)} />
        <thead className={classes.head}>
          <Header {...props} columns={columns} chooser={isNarrow ? null : chosen} />
        </thead>
        {list.isLoading ? (
          <Skeletons columns={columns.length + (props.selection ? 1 : 0)} />
        ) : (
          <Rows {...props} columns={columns} frame={frame} />
        )}
      </table>
    </div>
  );
}

function narrowed<T>(columns: Column<T>[]): Column<T>[] {
  return columns
    .filter((column) => column.narrow)
    .map((column) => ({
      ...column,
      width: typeof column.narrow === "number" ? column.narrow : undefined,
    }));
}

function Sizes<T>({ columns, selectable }: { columns: Column<T>[]; selectable: boolean }) {
  return (
    <colgroup>
      {selectable && <col style={{ width: 40 }} />}
      {columns.map((column) => (
        <col key={column.id} style={{ width: column.width }} />
      ))}
    </colgroup>
  );
}

type Chosen<T> = ReturnType<typeof useColumns<T>>;

function Header<T>(props: Props<T> & { chooser: Chosen<T> | null }) {
  const { columns, chooser, selection, list, idOf } = props;
  const { t } = useTranslation();
  return (
    <tr>
      {selection && (
        <th scope="col">
          <Checkbox
            size="xs"
            aria-label={t("list.selectAll")}
            checked={selection.ids.size > 0 && selection.ids.size === list.rows.length}
            indeterminate={selection.ids.size > 0 && selection.ids.size < list.rows.length}
            onChange={(event) =>
              selection.onChange(new Set(event.currentTarget.checked ? list.rows.map(idOf) : []))
            }
          />
        </th>
      )}
      {columns.map((column, at) => (
        <th key={column.id} scope="col" data-align={column.align}>
          <span className={classes.title}>
            {column.header}
            {chooser && at === columns.length - 1 && <ColumnChooser chosen={chooser} />}
          </span>
        </th>
      ))}
    </tr>
  );
}

function Rows<T>(props: Props<T> & { frame: RefObject<HTMLDivElement | null> }) {
  const { list, frame, columns, idOf } = props;
  // Nothing here is memoised by a compiler, so what its lint fears cannot happen.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: list.rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    initialRect: { width: 1280, height: 800 },
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (list.hasMore && last >= list.rows.length - 20) list.loadMore();
  }, [last, list]);
  useStillRows(frame, list.rows, idOf);
  useRowKeys(frame, list.rows.length, (index) => rows.scrollToIndex(index));
  const above = shown[0]?.start ?? 0;
  const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const span = columns.length + (props.selection ? 1 : 0);
  return (
    <tbody>
      <Spacer height={above} span={span} />
      {shown.map(({ index }) => {
        const row = list.rows[index];
        return row && <Row key={idOf(row)} {...props} row={row} index={index} />;
      })}
      <Spacer height={below} span={span} />
      <Tail list={list} span={span} />
    </tbody>
  );
}

function Row<T>(props: Props<T> & { row: T; index: number }) {
  const { row, index, columns, hrefOf, onOpen, selection, idOf } = props;
  const { t } = useTranslation();
  const href = hrefOf?.(row);
  const open = onOpen && (() => onOpen(row));
  const id = idOf(row);
  return (
    // The link in the first cell is the way for keyboards; a click elsewhere is a convenience.
    <tr
      data-index={index}
      data-opens={Boolean(href ?? open)}
      className={classes.row}
      onClick={openRow}
    >
      {selection && (
        <td>
          <Checkbox
            size="xs"
            aria-label={t("list.select")}
            checked={selection.ids.has(id)}
            onChange={() => selection.onChange(toggled(selection.ids, id))}
          />
        </td>
      )}
      {columns.map((column, at) => (
        <td key={column.id} data-align={column.align}>
          {at === 0 && (href || open) ? (
            <RowLink href={href} onOpen={open}>
              {column.render(row)}
            </RowLink>
          ) : (
            column.render(row)
          )}
        </td>
      ))}
    </tr>
  );
}

/** A click beside the links and buttons of a row is a click on its link. */
function openRow(event: MouseEvent<HTMLTableRowElement>): void {
  const isOwn = (event.target as HTMLElement).closest("a, button, input, label");
  const isSelecting = window.getSelection()?.toString();
  if (isOwn || isSelecting) return;
  const link = event.currentTarget.querySelector<HTMLElement>("[data-row-link]");
  if (!link) return;
  if ((event.ctrlKey || event.metaKey) && link instanceof HTMLAnchorElement) window.open(link.href);
  else link.click();
}

function toggled(ids: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function Tail<T>({ list, span }: { list: KeysetList<T>; span: number }) {
  const { t } = useTranslation();
  if (!list.hasMore && !list.error) return null;
  return (
    <tr>
      <td colSpan={span} className={classes.tail}>
        {list.error ? (
          <ErrorNotice error={list.error} retry={list.loadMore} />
        ) : (
          <Button size="xs" variant="subtle" loading={list.isLoadingMore} onClick={list.loadMore}>
            {t("list.more")}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Skeletons({ columns }: { columns: number }) {
  return (
    <tbody>
      {Array.from({ length: 10 }, (_, row) => (
        <tr key={row} className={classes.row}>
          {Array.from({ length: columns }, (_, column) => (
            <td key={column}>
              <Skeleton h={12} w={column === 0 ? "70%" : "50%"} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** When rows come in above, scroll by their height: what a person reads does not move. */
function useStillRows<T>(
  frame: RefObject<HTMLDivElement | null>,
  rows: T[],
  idOf: (row: T) => string,
): void {
  const firstId = useRef<string>(undefined);
  useLayoutEffect(() => {
    const before = firstId.current;
    firstId.current = rows[0] && idOf(rows[0]);
    const element = frame.current;
    if (!before || !element || element.scrollTop < ROW_HEIGHT) return;
    const moved = rows.findIndex((row) => idOf(row) === before);
    if (moved > 0) element.scrollBy({ top: moved * ROW_HEIGHT });
  }, [frame, rows, idOf]);
}

/** J and K move the focus down and up the rows; Enter then opens, as on any link. */
function useRowKeys(
  frame: RefObject<HTMLDivElement | null>,
  count: number,
  scrollTo: (index: number) => void,
): void {
  const move = (step: number) => {
    const focused = document.activeElement?.closest<HTMLElement>("tr[data-index]");
    const next = focused ? Number(focused.dataset.index) + step : 0;
    if (next < 0 || next >= count) return;
    scrollTo(next);
    requestAnimationFrame(() => {
      const row = frame.current?.querySelector(`tr[data-index="${next}"]`);
      row?.querySelector<HTMLElement>("[data-row-link]")?.focus();
    });
  };
  useHotkeys([
    ["J", () => move(1)],
    ["K", () => move(-1)],
  ]);
}
