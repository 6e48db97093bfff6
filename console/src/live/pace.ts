// How often a page asks: at once, but not again and again while much happens, nor unseen.

export interface Pace {
  ask: () => void;
  stop: () => void;
}

interface Options {
  everyMs: number;
  /** Ask also while nobody sees the page. */
  inBackground?: boolean;
}

/**
 * Ask at most once every `everyMs`, at once where that was long ago; what is wanted meanwhile is
 * asked once, after the answer. A hidden page asks when it is seen again.
 */
export function paced(
  read: () => Promise<unknown>,
  { everyMs, inBackground = false }: Options,
): Pace {
  let askedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  let isAsking = false;
  const ask = () => {
    isWanted = true;
    if (!isAsking) timer ??= setTimeout(go, Math.max(0, askedAt + everyMs - Date.now()));
  };
  const go = () => {
    timer = undefined;
    if (document.hidden && !inBackground) return;
    isWanted = false;
    isAsking = true;
    askedAt = Date.now();
    void read().finally(answered);
  };
  const answered = () => {
    isAsking = false;
    if (isWanted) ask();
  };
  const seen = () => {
    if (isWanted) ask();
  };
  document.addEventListener("visibilitychange", seen);
  const stop = () => {
    clearTimeout(timer);
    isWanted = false;
    document.removeEventListener("visibilitychange", seen);
  };
  return { ask, stop };
}
