// Whether a campaign can use a list, in one word, with the reasons and what mends them.
import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StateMark } from "@/components/StateMark";
import { Why } from "@/components/Why";
import type { ImportStatus } from "./types";

const REASONS = {
  "no.whatsapp.column": "contacts.reasons.noWhatsAppColumn",
  empty: "contacts.reasons.empty",
  "import.failed": "contacts.reasons.importFailed",
  "import.running": "contacts.reasons.importRunning",
  "import.failed.partly": "contacts.reasons.importFailedPartly",
  "not.phone": "contacts.reasons.notPhone",
} as const;

/** The words for why a list cannot be used; a code we do not know yet is shown as it came. */
export function useReasons(): (codes: string[]) => string[] {
  const { t } = useTranslation();
  return (codes) =>
    codes.map((code) => (code in REASONS ? t(REASONS[code as keyof typeof REASONS]) : code));
}

interface Props {
  list: { unusableReasons: string[]; importStatus?: ImportStatus };
}

export function Usability({ list }: Props) {
  const { t } = useTranslation();
  const words = useReasons()(list.unusableReasons);
  const status = list.importStatus;
  if (status?.state === "IN_PROGRESS") {
    const percent = status.percentComplete;
    return <StateMark tone="warn">{t("contacts.importing", { percent })}</StateMark>;
  }
  if (words.length === 0) return <StateMark tone="good">{t("contacts.usable")}</StateMark>;
  return (
    <Group gap={6} wrap="nowrap">
      <StateMark tone="bad">{t("contacts.unusable")}</StateMark>
      <Why message={words[0]} mend={words.slice(1).join(" ") || undefined} />
    </Group>
  );
}
