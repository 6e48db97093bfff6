// The state of a template at Meta, and why when it was refused.
import type { Template } from "@/api/types";
import { StateMark, type Tone } from "@/components/StateMark";
import { Why } from "@/components/Why";
import { useWord } from "@/components/words";

const TONES: Record<string, Tone> = {
  approved: "good",
  pending: "warn",
  in_appeal: "warn",
  paused: "warn",
  rejected: "bad",
  disabled: "bad",
};

export function TemplateStatus({ template }: { template: Template }) {
  const word = useWord();
  return (
    <>
      <StateMark tone={TONES[template.status.toLowerCase()] ?? "quiet"}>
        {word("templateStatus", template.status)}
      </StateMark>{" "}
      <Why message={template.rejectedReason} />
    </>
  );
}
