// Reading and recording consent.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { ConsentEdit, ConsentImport, Keywords } from "@/api/types";

export const CONSENT_FILTERS = ["address", "category", "state"];

export function readConsents(filters: Record<string, string>) {
  return (after: string | undefined) =>
    answer(api.GET("/api/v2/consents", { params: { query: { ...filters, after, pageSize: 50 } } }));
}

export const recordConsent = (body: ConsentEdit) => answer(api.POST("/api/v2/consents", { body }));

export const historyQuery = (address: string) =>
  queryOptions({
    queryKey: ["consents", "history", address],
    queryFn: () => answer(api.GET("/api/v2/consents/history", { params: { query: { address } } })),
  });

/** Send a CSV file as it is; the answer comes at once, the rows are read afterwards. */
export const importConsents = (file: File): Promise<ConsentImport> =>
  answer(
    api.POST("/api/v2/consents/imports", {
      params: { query: { fileName: file.name } },
      // The document knows only JSON bodies; this one is the file.
      body: file as never,
      bodySerializer: () => file,
      headers: { "Content-Type": "text/csv" },
    }),
  );

export const cancelImport = (id: string) =>
  answer(
    api.POST("/api/v2/consents/imports/{import_id}/cancel", {
      params: { path: { import_id: id } },
    }),
  );

export const readImports = (after: string | undefined) =>
  answer(api.GET("/api/v2/consents/imports", { params: { query: { after, pageSize: 50 } } }));

export function readSuppressions(filters: Record<string, string>) {
  return (after: string | undefined) =>
    answer(
      api.GET("/api/v2/suppressions", { params: { query: { ...filters, after, pageSize: 50 } } }),
    );
}

export const liftSuppression = (address: string) =>
  answer(api.DELETE("/api/v2/suppressions/{address}", { params: { path: { address } } }));

const IS_OVER = new Set(["done", "failed", "cancelled"]);

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["consents", "import", id],
    queryFn: () =>
      answer(
        api.GET("/api/v2/consents/imports/{import_id}", { params: { path: { import_id: id } } }),
      ),
    refetchInterval: ({ state }) => (state.data && IS_OVER.has(state.data.state) ? false : 1_000),
  });

export const keywordsQuery = queryOptions({
  queryKey: ["consents", "keywords"],
  queryFn: async () => asEdited(await answer(api.GET("/api/v2/consents/keywords"))),
});

export const saveKeywords = (entities: Keywords[]) =>
  answer(api.PUT("/api/v2/consents/keywords", { body: { entities } })).then(asEdited);

/** What is read is what may be written back. */
const asEdited = ({ entities }: { entities: object[] }) => ({ entities: entities as Keywords[] });
