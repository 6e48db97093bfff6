// A condition as a sentence in the person's language.
import { useTranslation } from "react-i18next";
import { dayName, DAYS } from "../hours";
import { attributeOf, HOURS_STATES, kindOf, TESTS, type Condition } from "./conditions";

export function useConditionWords(): (condition: Condition) => string {
  const { t, i18n } = useTranslation();
  const valueOf = (field: string, value: string) => {
    const day = field === "day" && DAYS.find((each) => each === value);
    if (day) return dayName(day, i18n.language);
    const state = field === "hours" && HOURS_STATES.find((each) => each === value);
    if (state) return t(`workstreams.states.${state}`);
    if (field === "firstMessage") return t(value === "true" ? "workstreams.yes" : "workstreams.no");
    return value;
  };
  return ({ field, test, values }) => {
    const kind = kindOf(field);
    const known = kind && TESTS[kind].find((each) => each === test);
    const subject =
      kind === "attribute" ? attributeOf(field) : kind && t(`workstreams.fields.${kind}`);
    const quoted = values.map((value) => `\u201c${valueOf(field, value)}\u201d`).join(", ");
    return [subject ?? field, known ? t(`workstreams.tests.${known}`) : test, quoted]
      .filter(Boolean)
      .join(" ");
  };
}
