// The list of suggestions above the composer; the text keeps the focus, arrows choose.
import { useTranslation } from "react-i18next";
import classes from "./Composer.module.css";
import type { Suggestion, Suggestions } from "./suggestions";

interface Props {
  id: string;
  suggestions: Suggestions;
  onTake: (suggestion: Suggestion) => void;
}

export const optionId = (listId: string, at: number) => `${listId}-${at}`;

export function SuggestionList({ id, suggestions, onTake }: Props) {
  const { t } = useTranslation();
  const { items, at, asked } = suggestions;
  if (!asked) return null;
  if (items.length === 0) {
    if (asked.sign === ":") return null;
    return <div className={classes.nothing}>{t("desk.canned.nothing")}</div>;
  }
  return (
    <ul id={id} role="listbox" aria-label={t("desk.canned.label")} className={classes.suggestions}>
      {items.map((item, place) => (
        // The text field has the keys; the mouse is the other way to take one.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={item.id}
          id={optionId(id, place)}
          role="option"
          aria-selected={place === at}
          className={classes.suggestion}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(item)}
        >
          <span className={classes.suggested}>{item.label}</span>
          {item.hint && <span className={classes.hint}>{item.hint}</span>}
        </li>
      ))}
    </ul>
  );
}
