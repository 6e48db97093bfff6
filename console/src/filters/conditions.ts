// A filter as it is built on screen: each condition has one comparison, which holds the operator
// of the API and as what values are compared; and its way to the API and back.
import type { Clause, FilteredList, Joint, Predicate } from "./types";

export const COMPARISONS = {
  is: { as: "text", operator: "EQUALS" },
  contains: { as: "text", operator: "CONTAINS" },
  begins: { as: "text", operator: "BEGINS_WITH" },
  ends: { as: "text", operator: "ENDS_WITH" },
  oneOf: { as: "text", operator: "IN" },
  empty: { as: "text", operator: "EQUALS" },
  equals: { as: "number", operator: "EQUALS" },
  less: { as: "number", operator: "LESS_THAN" },
  lessEqual: { as: "number", operator: "LESS_THAN_EQUALS" },
  greater: { as: "number", operator: "GREATER_THAN" },
  greaterEqual: { as: "number", operator: "GREATER_THAN_EQUALS" },
  between: { as: "number", operator: "BETWEEN" },
  before: { as: "date", operator: "BEFORE" },
  after: { as: "date", operator: "AFTER" },
  within: { as: "date", operator: "BETWEEN" },
} as const;

export type Comparison = keyof typeof COMPARISONS;
export type ComparedAs = (typeof COMPARISONS)[Comparison]["as"];

export interface Condition {
  column: string;
  comparison: Comparison;
  isInverted: boolean;
  value: string;
  values: string[];
  min: string;
  max: string;
  minInclusive: boolean;
  maxInclusive: boolean;
}

export interface Group {
  joint: Joint;
  conditions: Condition[];
}

export interface Conditions {
  joint: Joint;
  groups: Group[];
}

/** As what a column's values compare, by its type in the list. */
export function comparedAs(list: FilteredList, column: string): ComparedAs {
  const type = list.columnDataTypeSpecifications?.find(
    ({ columnName }) => columnName === column,
  )?.columnDataType;
  if (type === "NUMERIC") return "number";
  return type === "TIMESTAMP" || type?.startsWith("DATE") ? "date" : "text";
}

const FIRST: Record<ComparedAs, Comparison> = { text: "is", number: "equals", date: "after" };

export function newCondition(list: FilteredList, column = list.columnNames[0] ?? ""): Condition {
  return {
    column,
    comparison: FIRST[comparedAs(list, column)],
    isInverted: false,
    value: "",
    values: [],
    min: "",
    max: "",
    minInclusive: true,
    maxInclusive: true,
  };
}

export const newConditions = (list: FilteredList): Conditions => ({
  joint: "AND",
  groups: [{ joint: "AND", conditions: [newCondition(list)] }],
});

export const isRange = (comparison: Comparison) =>
  comparison === "between" || comparison === "within";

/** Whether the API can be asked: every condition has its value. */
export function isComplete({ groups }: Conditions): boolean {
  return groups.every(({ conditions }) => conditions.every(isFilled));
}

function isFilled({ comparison, value, values, min, max }: Condition): boolean {
  if (comparison === "empty") return true;
  if (comparison === "oneOf") return values.length > 0;
  if (isRange(comparison)) return Boolean(min || max);
  return value !== "";
}

export function toBody({ joint, groups }: Conditions) {
  const clauses: Clause[] = groups.map((group) => ({
    filterType: group.joint,
    predicates: group.conditions.map(toPredicate),
  }));
  return { filterType: joint, clauses };
}

function toPredicate(condition: Condition): Predicate {
  const { comparison, column, isInverted, value, values } = condition;
  const { as, operator } = COMPARISONS[comparison];
  const predicate: Predicate = {
    column,
    operator,
    columnType: as === "number" ? "numeric" : "alphabetic",
    inverted: isInverted,
  };
  if (comparison === "oneOf") return { ...predicate, range: { inSet: values } };
  if (isRange(comparison)) return { ...predicate, range: rangeOf(condition) };
  return { ...predicate, value: comparison === "empty" ? "" : value };
}

function rangeOf({ min, max, minInclusive, maxInclusive }: Condition) {
  return { ...(min && { min, minInclusive }), ...(max && { max, maxInclusive }) };
}

interface Stored {
  filterType: string;
  clauses: unknown[];
}

/** A filter that the API gave, to go on with. */
export function fromStored({ filterType, clauses }: Stored): Conditions {
  return {
    joint: filterType as Joint,
    groups: (clauses as Clause[]).map((clause) => ({
      joint: clause.filterType ?? "AND",
      conditions: clause.predicates.map(fromPredicate),
    })),
  };
}

function fromPredicate(predicate: Predicate): Condition {
  const { column, value, range, inverted } = predicate;
  return {
    column,
    comparison: comparisonOf(predicate),
    isInverted: inverted ?? false,
    value: value ?? "",
    values: [...(range?.inSet ?? [])],
    min: range?.min ?? "",
    max: range?.max ?? "",
    minInclusive: range?.minInclusive ?? false,
    maxInclusive: range?.maxInclusive ?? false,
  };
}

function comparisonOf({ operator, columnType, value }: Predicate): Comparison {
  const isNumber = columnType === "numeric";
  if (operator === "EQUALS" && !isNumber) return value ? "is" : "empty";
  if (operator === "BETWEEN") return isNumber ? "between" : "within";
  const names = Object.keys(COMPARISONS) as Comparison[];
  const fitting = names.filter((name) => COMPARISONS[name].operator === operator);
  return (
    fitting.find((name) => (COMPARISONS[name].as === "number") === isNumber) ?? fitting[0] ?? "is"
  );
}

const PLACE = /clauses\[(\d+)\]\.predicates\[(\d+)\]/;

/** Which condition a field of the API belongs to, as "group.condition". */
export function placeOf(fieldName: string | undefined): string | undefined {
  const [, group, condition] = PLACE.exec(fieldName ?? "") ?? [];
  return group && condition && `${group}.${condition}`;
}
