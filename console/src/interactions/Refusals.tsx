// Why this notification would not be sent, in words, with the mend at hand where there is one.
import { Alert, Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Ban } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { inParts } from "@/api/errors";
import type { ConsentCategory, Refusal } from "@/api/types";
import { SideSheet } from "@/components/SideSheet";
import { withWords } from "@/locales";
import type { Draft } from "./draft";

const RecordConsent = lazy(
  withWords("consent", () =>
    import("@/consent/RecordConsent").then((page) => ({ default: page.RecordConsent })),
  ),
);

export function Refusals({ draft }: { draft: Draft }) {
  if (draft.refusals.length === 0) return null;
  return (
    <Stack gap="xs">
      {draft.refusals.map((refusal) => (
        <OneRefusal key={refusal.code + (refusal.field ?? "")} refusal={refusal} draft={draft} />
      ))}
    </Stack>
  );
}

function OneRefusal({ refusal, draft }: { refusal: Refusal; draft: Draft }) {
  const { t } = useTranslation();
  const [isOpen, sheet] = useDisclosure(false);
  const mayRecord = useMay()(may.addConsent) && refusal.code === "consent.required";
  const [what, mend] = inParts(refusal.message);
  const recorded = () => {
    sheet.close();
    draft.recheck();
  };
  return (
    <Alert color="red" icon={<Ban size={18} />} title={what} role="alert">
      {mend && <Text>{mend}</Text>}
      {mayRecord && (
        <Button size="xs" mt="xs" variant="default" onClick={sheet.open}>
          {t("send.recordConsent")}
        </Button>
      )}
      <SideSheet title={t("send.recordConsent")} isOpen={isOpen} onClose={sheet.close}>
        <Suspense>
          <RecordConsent address={draft.toAddress} category={categoryOf(draft)} onDone={recorded} />
        </Suspense>
      </SideSheet>
    </Alert>
  );
}

function categoryOf(draft: Draft): ConsentCategory {
  return draft.template?.category.toLowerCase() === "marketing" ? "marketing" : "utility";
}
