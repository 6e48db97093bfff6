// "5 min ago", with the exact time on hover, in the person's own zone.
import { useEffect, useState } from "react";
import { useFigures } from "./figures";

export function RelativeTime({ time }: { time: string | undefined }) {
  const figures = useFigures();
  const now = useNow(30_000);
  if (!time) return null;
  return (
    <time dateTime={time} title={figures.exact(time)}>
      {figures.relative(time, now)}
    </time>
  );
}

/** The present, renewed every `everyMs`, so that what depends on it ages on screen. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
