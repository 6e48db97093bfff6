// Files into lists: sending one, how it goes, what was not taken. Contact lists and do-not-contact
// lists have the same doors, so everything here takes the address of one list.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Keyset } from "@/api/types";
import { parseCsv } from "./csv";
import type { FileImport } from "./types";

/** A list whose files are meant. */
export interface Target {
  kind: "contactlists" | "dnclists";
  id: string;
}

export const pathOf = ({ kind, id }: Target) => `/api/v2/outbound/${kind}/${id}`;
export const keyOf = ({ kind, id }: Target) =>
  kind === "contactlists" ? ["contactLists", id] : ["dncLists", id];

/** How the two kinds name the columns of a file. */
export interface FileQuery {
  contactIdName?: string;
  clearSystemData?: boolean;
  phoneColumns?: string;
}

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
export const isExcel = (file: File) => file.name.toLowerCase().endsWith(".xlsx");

/** Send a file as it is; the answer comes at once, the rows are read afterwards. */
export function sendFile(target: Target, file: File, query: FileQuery): Promise<FileImport> {
  // The document knows only JSON bodies; this one is the file.
  const options = {
    body: file as never,
    bodySerializer: () => file,
    headers: { "Content-Type": isExcel(file) ? XLSX : "text/csv" },
  };
  const params = { query: { ...query, fileName: file.name } };
  if (target.kind === "contactlists") {
    const path = { contact_list_id: target.id };
    return answer(
      api.POST("/api/v2/outbound/contactlists/{contact_list_id}/imports", {
        params: { ...params, path },
        ...options,
      }),
    );
  }
  const path = { dnc_list_id: target.id };
  return answer(
    api.POST("/api/v2/outbound/dnclists/{dnc_list_id}/imports", {
      params: { ...params, path },
      ...options,
    }),
  );
}

const isRunning = (job: FileImport) => !["done", "failed", "cancelled"].includes(job.state);

export function importsQuery(target: Target) {
  return queryOptions({
    queryKey: [...keyOf(target), "imports"],
    queryFn: () => readImports(target),
    refetchInterval: ({ state }) => (state.data?.entities.some(isRunning) ? 1_000 : false),
  });
}

function readImports({ kind, id }: Target): Promise<Keyset<FileImport>> {
  const query = { pageSize: 50 };
  return kind === "contactlists"
    ? answer(
        api.GET("/api/v2/outbound/contactlists/{contact_list_id}/imports", {
          params: { path: { contact_list_id: id }, query },
        }),
      )
    : answer(
        api.GET("/api/v2/outbound/dnclists/{dnc_list_id}/imports", {
          params: { path: { dnc_list_id: id }, query },
        }),
      );
}

export const cancelImport = ({ kind, id }: Target, import_id: string): Promise<FileImport> =>
  kind === "contactlists"
    ? answer(
        api.POST("/api/v2/outbound/contactlists/{contact_list_id}/imports/{import_id}/cancel", {
          params: { path: { contact_list_id: id, import_id } },
        }),
      )
    : answer(
        api.POST("/api/v2/outbound/dnclists/{dnc_list_id}/imports/{import_id}/cancel", {
          params: { path: { dnc_list_id: id, import_id } },
        }),
      );

export interface Reject {
  line: string;
  reason: string;
  content: string;
}

const REJECTS_SHOWN = 50;
const ENOUGH_CHARACTERS = 128 * 1024;

/** The first lines that were not taken; the rest of a long answer is not waited for. */
export function rejectsQuery(target: Target, importId: string) {
  return queryOptions({
    queryKey: [...keyOf(target), "rejects", importId],
    queryFn: async () => {
      const address = `${pathOf(target)}/imports/${importId}/rejects`;
      const response = await fetch(address, { credentials: "same-origin" });
      const rows = parseCsv(await startOf(response)).slice(1, REJECTS_SHOWN + 1);
      return rows.map(([line = "", reason = "", content = ""]): Reject => ({
        line,
        reason,
        content,
      }));
    },
    staleTime: Infinity,
  });
}

async function startOf(response: Response): Promise<string> {
  if (!response.ok || !response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < ENOUGH_CHARACTERS) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
