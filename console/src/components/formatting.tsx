// WhatsApp's text marks: *bold* _italic_ ~strike~ ```mono``` and `mono`; {{variables}} stand out.
import { Fragment, type ReactNode } from "react";
import classes from "./WhatsAppPreview.module.css";

const MARKS: [RegExp, (inner: ReactNode) => ReactNode][] = [
  [/```([\s\S]+?)```/, (inner) => <code>{inner}</code>],
  [/`([^`\n]+)`/, (inner) => <code>{inner}</code>],
  [
    /(?<![\p{L}\p{N}*])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\p{N}*])/u,
    (inner) => <strong>{inner}</strong>,
  ],
  [/(?<![\p{L}\p{N}_])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}_])/u, (inner) => <em>{inner}</em>],
  [/(?<![\p{L}\p{N}~])~(\S(?:[^~\n]*\S)?)~(?![\p{L}\p{N}~])/u, (inner) => <s>{inner}</s>],
];
const VARIABLE = /\{\{\s*([^}]+?)\s*\}\}/;

/** The text as WhatsApp shows it. */
export function formatted(text: string): ReactNode {
  return text && (marked(text) ?? withVariables(text));
}

/** The text with its earliest mark resolved, and what is around and inside it likewise. */
function marked(text: string): ReactNode | undefined {
  let earliest: { match: RegExpExecArray; wrap: (inner: ReactNode) => ReactNode } | undefined;
  for (const [pattern, wrap] of MARKS) {
    const match = pattern.exec(text);
    if (match && match.index < (earliest?.match.index ?? Infinity)) earliest = { match, wrap };
  }
  if (!earliest) return undefined;
  const { match, wrap } = earliest;
  const inner = match[1] ?? "";
  return (
    <Fragment>
      {withVariables(text.slice(0, match.index))}
      {wrap(match[0].startsWith("`") ? withVariables(inner) : formatted(inner))}
      {formatted(text.slice(match.index + match[0].length))}
    </Fragment>
  );
}

function withVariables(text: string): ReactNode {
  const parts = text.split(new RegExp(VARIABLE, "g"));
  if (parts.length === 1) return text;
  return parts.map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <mark key={at} className={classes.variable}>
        {`{{${part}}}`}
      </mark>
    ),
  );
}
