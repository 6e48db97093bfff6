// Counting down to a moment.
import { useNow } from "@/components/now";

/** The whole seconds until a moment, counted down; none once it is past. */
export function useSecondsLeft(until: string): number {
  const now = useNow(500);
  return Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1000));
}

export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
