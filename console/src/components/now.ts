// The present, for what ages on screen. All who look as often share one clock, so that a list of
// times is drawn anew in one go.
import { useSyncExternalStore } from "react";

interface Clock {
  now: number;
  watch: (changed: () => void) => () => void;
  read: () => number;
}

const clocks = new Map<number, Clock>();

/** The present, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const clock = clockOf(everyMs);
  return useSyncExternalStore(clock.watch, clock.read);
}

function clockOf(everyMs: number): Clock {
  const known = clocks.get(everyMs);
  if (known) return known;
  const watchers = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    clock.now = Date.now();
    for (const changed of watchers) changed();
  };
  const clock: Clock = {
    now: Date.now(),
    watch: (changed) => {
      watchers.add(changed);
      timer ??= setInterval(tick, everyMs);
      return () => {
        watchers.delete(changed);
        if (watchers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    // A clock that nobody watched has stood still.
    read: () => (timer === undefined ? (clock.now = stepped(clock.now, everyMs)) : clock.now),
  };
  clocks.set(everyMs, clock);
  return clock;
}

/** The present, but the time known when it is not that old. */
function stepped(known: number, everyMs: number): number {
  const now = Date.now();
  return Math.abs(now - known) >= everyMs ? now : known;
}
