// The link in a row's first cell: what the keyboard, a screen reader and "open in new tab" meet.
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";
import classes from "./RowLink.module.css";

interface Props {
  href?: string;
  onOpen?: () => void;
  children: ReactNode;
}

export function RowLink({ href, onOpen, children }: Props) {
  const router = useRouter();
  if (!href) {
    return (
      <button type="button" className={classes.link} data-row-link onClick={onOpen}>
        {children}
      </button>
    );
  }
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    router.history.push(href);
  };
  return (
    <a href={href} className={classes.link} data-row-link onClick={go}>
      {children}
    </a>
  );
}
