// Which values a template takes, and what a contact's message would look like.
import type { Part, Placeholder, Template, TemplateContent } from "@/api/types";
import { filledIn, placeholderKey } from "@/interactions/draft";
import type { Mapping } from "../types";

/** What a quick reply sends back is ours to leave out; people are not asked for it. */
export const asked = (template: Template): Placeholder[] =>
  template.placeholders.filter(({ kind, required }) => kind !== "payload" || required === true);

export const mappingOf = (mappings: Mapping[], { part, key }: Placeholder): Mapping | undefined =>
  mappings.find((each) => each.component === part && each.id === key);

/** The mappings with one of them put in place, or taken out. */
export function withMapping(
  mappings: Mapping[],
  { part, key }: Placeholder,
  source: Pick<Mapping, "column" | "constant"> | undefined,
): Mapping[] {
  const others = mappings.filter((each) => each.component !== part || each.id !== key);
  return source ? [...others, { component: part as Part, id: key, ...source }] : others;
}

/** Each value from the column of the same name, where there is one. */
export function suggestedMappings(template: Template, columns: string[]): Mapping[] {
  return asked(template).flatMap(({ part, key }) => {
    const column = columns.find((name) => name.toLowerCase() === key.toLowerCase());
    return column ? [{ component: part as Part, id: key, column }] : [];
  });
}

export interface Shown {
  content: TemplateContent | undefined;
  /** The columns this contact has no value in: it would be left out. */
  lacking: string[];
}

export function shownFor(
  template: Template,
  mappings: Mapping[],
  data: Record<string, string> | undefined,
): Shown {
  const parameters: Record<string, string> = {};
  const lacking = new Set<string>();
  for (const placeholder of asked(template)) {
    const { column, constant } = mappingOf(mappings, placeholder) ?? {};
    const value = constant ?? (column && data?.[column]) ?? "";
    if (value) parameters[placeholderKey(placeholder)] = value;
    else if (column && data && placeholder.required !== false) lacking.add(column);
  }
  return { content: filledIn({ template, parameters }), lacking: [...lacking] };
}
