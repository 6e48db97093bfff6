// Content profiles: which types of media come in and go out; reading, writing, and their words.
import { queryOptions } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { answer, api } from "@/api/client";
import type { Asked, Row } from "@/api/types";

const PATH = "/api/v2/conversations/messaging/supportedcontent";
const ONE = `${PATH}/{supported_content_id}` as const;
const NUMBERS = "/api/v2/conversations/messaging/integrations/whatsapp";
export const CONTENTS_KEY = ["contents"];
export const EVERYTHING = "*/*";

export type Content = Row<typeof PATH>;
export type ContentEdit = Asked<typeof PATH>;

const at = (supported_content_id: string) => ({ params: { path: { supported_content_id } } });

export const readContents = (name: string | undefined) => (pageNumber: number) =>
  answer(
    api.GET(PATH, { params: { query: { pageSize: 100, pageNumber, ...(name && { name }) } } }),
  );
export const readContent = (id: string) => answer(api.GET(ONE, at(id)));
export const addContent = (body: ContentEdit) => answer(api.POST(PATH, { body }));
export const changeContent = (id: string, body: ContentEdit) =>
  answer(api.PATCH(ONE, { ...at(id), body }));
export const deleteContent = (id: string) => answer(api.DELETE(ONE, at(id)));
export const chooseDefault = (id: string) => answer(api.PUT(`${PATH}/default`, { body: { id } }));

/** The profiles to choose from; the first hundred, by name. */
export const contentChoicesQuery = queryOptions({
  queryKey: [...CONTENTS_KEY, "choices"],
  queryFn: () => readContents(undefined)(1),
});

/** The numbers for which a profile decides; the first few, and how many there are. */
export const governedQuery = (id: string) =>
  queryOptions({
    queryKey: ["integrations", "governed", id],
    queryFn: () =>
      answer(api.GET(NUMBERS, { params: { query: { pageSize: 5, "supportedContent.id": id } } })),
  });

/** The kinds of file that can be chosen one by one, by family. */
export const FAMILIES = [
  { family: "image/*", types: ["image/jpeg", "image/png", "image/webp"] },
  {
    family: "audio/*",
    types: ["audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg"],
  },
  { family: "video/*", types: ["video/3gpp", "video/mp4"] },
  {
    family: "application/*",
    types: [
      "application/pdf",
      "application/msword",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "application/vnd.ms-excel",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      "application/vnd.ms-powerpoint",
      "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ],
  },
  { family: "text/*", types: ["text/plain"] },
] as const;
const LISTED: ReadonlySet<string> = new Set(FAMILIES.flatMap(({ types }) => types));
const FAMILY_WORDS = {
  "image/*": "image",
  "audio/*": "audio",
  "video/*": "video",
  "application/*": "documents",
  "text/*": "text",
} as const;
/** What the files are called, in every language. */
const NAMES: Record<string, string> = {
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/webp": "WebP",
  "audio/aac": "AAC",
  "audio/amr": "AMR",
  "audio/mp4": "M4A",
  "audio/mpeg": "MP3",
  "audio/ogg": "OGG",
  "video/3gpp": "3GP",
  "video/mp4": "MP4",
  "application/pdf": "PDF",
  "application/msword": "Word (.doc)",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word (.docx)",
  "application/vnd.ms-excel": "Excel (.xls)",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel (.xlsx)",
  "application/vnd.ms-powerpoint": "PowerPoint (.ppt)",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint (.pptx)",
  "text/plain": "TXT, CSV",
};

/** A type in words; one that nobody listed stays as it is written. */
export function wordOf(type: string, t: TFunction): string {
  if (type === EVERYTHING) return t("contents.everything");
  const family = FAMILY_WORDS[type as keyof typeof FAMILY_WORDS];
  return family ? t(`contents.families.${family}`) : (NAMES[type] ?? type);
}

/** The types that were written by a program and have no box of their own. */
export const unlisted = (types: string[]) =>
  types.filter((type) => type !== EVERYTHING && !LISTED.has(type) && !(type in FAMILY_WORDS));

/** The types with one chosen or not; what a family or everything holds needs no word of its own. */
export function toggled(types: string[], type: string, isChosen: boolean): string[] {
  if (!isChosen) return types.filter((each) => each !== type);
  return [...types.filter((each) => !holds(type, each)), type];
}

/** Whether one type, family or all takes another in. */
export function holds(wide: string, narrow: string): boolean {
  if (wide === EVERYTHING || wide === narrow) return true;
  return wide.endsWith("/*") && narrow.startsWith(wide.slice(0, -1));
}

export const typesOf = (types: { type: string }[] | undefined): string[] =>
  (types ?? []).map(({ type }) => type);
export const mediaTypesOf = (inbound: string[], outbound: string[]) => ({
  allow: {
    inbound: inbound.map((type) => ({ type })),
    outbound: outbound.map((type) => ({ type })),
  },
});
