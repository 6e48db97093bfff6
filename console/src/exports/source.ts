// Where files come from: what is exported says how one is ordered and how all are read.
import { queryOptions, type QueryKey } from "@tanstack/react-query";
import type { Row } from "@/api/types";

export type FileExport = Row<"/api/v2/outbound/contactlists/{contact_list_id}/exports">;
export type Format = "csv" | "xlsx";

export interface ExportSource {
  key: QueryKey;
  read: () => Promise<{ entities: FileExport[] }>;
  order: (format: Format) => Promise<unknown>;
}

const isBeingMade = ({ state }: FileExport) => state === "queued" || state === "running";

/** The latest files, asked for again while one is being made. */
export const filesQuery = ({ key, read }: ExportSource) =>
  queryOptions({
    queryKey: key,
    queryFn: read,
    refetchInterval: ({ state }) => (state.data?.entities.some(isBeingMade) ? 1_000 : false),
  });
