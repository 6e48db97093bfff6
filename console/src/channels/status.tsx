// The state of a number in one word, and why when it is not good.
import type { Integration } from "@/api/types";
import { StateMark, type Tone } from "@/components/StateMark";
import { Why } from "@/components/Why";
import { useWord } from "@/components/words";

const TONES: Record<string, Tone> = { active: "good", inactive: "quiet", error: "bad" };

export function IntegrationStatus({ integration }: { integration: Integration }) {
  const word = useWord();
  const { status, statusReason } = integration;
  return (
    <>
      <StateMark tone={TONES[status.toLowerCase()] ?? "warn"}>
        {word("integrationStatus", status)}
      </StateMark>{" "}
      {statusReason && <Why {...statusReason} />}
    </>
  );
}

export function isActive({ status }: Integration): boolean {
  return status.toLowerCase() === "active";
}

/** Sending was paused by the failure-rate breaker, and a person has to let it go on. */
export function isPaused({ statusReason }: Integration): boolean {
  return statusReason?.code === "breaker.open";
}
