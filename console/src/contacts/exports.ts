// Files out of lists: contacts of a list, all or those of a filter; what must not be contacted.
import { answer, api } from "@/api/client";
import type { ExportSource } from "@/exports";
import { keyOf, type Target } from "./files";

export const listExports = (target: Target, contactListFilterId = ""): ExportSource =>
  target.kind === "contactlists" ? contactExports(target, contactListFilterId) : dncExports(target);

function contactExports(target: Target, contactListFilterId: string): ExportSource {
  const path = { contact_list_id: target.id };
  return {
    key: [...keyOf(target), "exports"],
    read: () =>
      answer(
        api.GET("/api/v2/outbound/contactlists/{contact_list_id}/exports", { params: { path } }),
      ),
    order: (format) =>
      answer(
        api.POST("/api/v2/outbound/contactlists/{contact_list_id}/export", {
          params: { path, query: { format } },
          body: contactListFilterId ? { contactListFilterId } : {},
        }),
      ),
  };
}

function dncExports(target: Target): ExportSource {
  const path = { dnc_list_id: target.id };
  return {
    key: [...keyOf(target), "exports"],
    read: () =>
      answer(api.GET("/api/v2/outbound/dnclists/{dnc_list_id}/exports", { params: { path } })),
    order: (format) =>
      answer(
        api.POST("/api/v2/outbound/dnclists/{dnc_list_id}/export", {
          params: { path, query: { format } },
        }),
      ),
  };
}
