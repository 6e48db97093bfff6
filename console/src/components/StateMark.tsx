// A state in one word with a coloured dot: the word says it, the colour only helps the eye.
import classes from "./StateMark.module.css";

export type Tone = "good" | "bad" | "warn" | "quiet";

export function StateMark({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={classes.mark} data-tone={tone}>
      <span className={classes.dot} aria-hidden="true" />
      {children}
    </span>
  );
}
