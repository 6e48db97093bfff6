// What a rule may ask of a message: fields, the tests that fit each, and values to begin with.
export interface Condition {
  field: string;
  test: string;
  values: string[];
}

const TEXT_TESTS = ["is", "isNot", "contains", "startsWith", "exists"] as const;
export const TESTS = {
  text: ["containsAny", "containsWord", "is", "matches"],
  language: ["is", "isNot"],
  hours: ["is", "isNot"],
  day: ["is", "isNot"],
  time: ["between"],
  firstMessage: ["is"],
  name: TEXT_TESTS,
  address: TEXT_TESTS,
  attribute: TEXT_TESTS,
} as const;
export type FieldKind = keyof typeof TESTS;
export const FIELDS = Object.keys(TESTS) as FieldKind[];
export const HOURS_STATES = ["open", "closed", "holiday"] as const;

const ATTRIBUTE = "attribute.";
const FIRST_VALUES: Partial<Record<FieldKind, string[]>> = {
  hours: ["open"],
  time: ["08:00", "17:00"],
  firstMessage: ["true"],
};

/** Which kind of field it is; undefined for one that we do not know yet. */
export function kindOf(field: string): FieldKind | undefined {
  if (field.startsWith(ATTRIBUTE)) return "attribute";
  return FIELDS.find((each) => each === field);
}

/** The name of an attribute, and the field of an attribute's name. */
export const attributeOf = (field: string) => field.slice(ATTRIBUTE.length);
export const fieldOfAttribute = (name: string) => ATTRIBUTE + name;

export const newTest = (kind: FieldKind): Condition => ({
  field: kind === "attribute" ? ATTRIBUTE : kind,
  test: TESTS[kind][0],
  values: FIRST_VALUES[kind] ?? [],
});

/** Whether a condition can be asked: it has its values, and an attribute its name. */
export function isFilled({ field, test, values }: Condition): boolean {
  if (field === ATTRIBUTE) return false;
  return test === "exists" || (values.length > 0 && values.every(Boolean));
}
