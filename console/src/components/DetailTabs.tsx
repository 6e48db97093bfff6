// The tabs of a thing's own page; which one is open stands in the address.
import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./DetailTabs.module.css";
import { useSearchState } from "./search";

interface Props<T extends string> {
  /** The tabs that the person may open, the first to begin with. */
  tabs: readonly T[];
  label: (tab: T) => string;
  /** What the address holds of one tab and is of no use in another. */
  forget?: readonly string[];
  children: (tab: T) => ReactNode;
}

export function DetailTabs<T extends string>({ tabs, label, forget = [], children }: Props<T>) {
  const { values, set } = useSearchState();
  const tab = tabs.find((each) => each === values.tab) ?? tabs[0];
  if (tab === undefined) return null;
  const nothing = Object.fromEntries(forget.map((name) => [name, undefined]));
  return (
    <Tabs
      value={tab}
      onChange={(next) => set({ ...nothing, tab: next ?? undefined })}
      keepMounted={false}
    >
      <Tabs.List mb="md" className={classes.tabs}>
        {tabs.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {label(each)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab}>{children(tab)}</Tabs.Panel>
    </Tabs>
  );
}
