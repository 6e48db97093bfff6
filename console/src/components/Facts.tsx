// Facts about a thing: terms and their values; a fact without a value is left out.
import type { ReactNode } from "react";
import classes from "./Facts.module.css";

export type Fact = [term: string, value: ReactNode];

export function Facts({ facts }: { facts: Fact[] }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== "" && value !== null);
  return (
    <dl className={classes.facts}>
      {known.map(([term, value]) => (
        <div key={term} className={classes.fact}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
