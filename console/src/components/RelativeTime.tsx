// "5 min ago", with the exact time on hover, in the person's own zone.
import { memo } from "react";
import { useFigures } from "./figures";
import { useNow } from "./now";

export const RelativeTime = memo(function RelativeTime({ time }: { time: string | undefined }) {
  const figures = useFigures();
  const now = useNow(30_000);
  if (!time) return null;
  return (
    <time dateTime={time} title={figures.exact(time)}>
      {figures.relative(time, now)}
    </time>
  );
});
