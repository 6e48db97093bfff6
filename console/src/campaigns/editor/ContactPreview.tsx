// The message as the first contacts of the list would get it, one after the other.
import { ActionIcon, Alert, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { WhatsAppPreview } from "@/components/WhatsAppPreview";
import { templateQuery } from "@/templates/queries";
import type { CampaignEditor } from "./campaignEditor";
import { shownFor } from "./mappings";
import { listChoiceQuery, sampleQuery } from "./queries";

export function ContactPreview({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const { values } = editor;
  const id = values.contentTemplate?.id ?? "";
  const template = useQuery({ ...templateQuery(id), enabled: id !== "" });
  const contacts = useSample(editor);
  const [turn, setTurn] = useState(0);
  const at = contacts.length > 0 ? turn % contacts.length : 0;
  const contact = contacts[at];
  if (id === "") return <WhatsAppPreview content={{ body: t("send.nothingYet") }} />;
  if (!template.data) return <Skeleton h={200} />;
  const { content, lacking } = shownFor(template.data, values.parameterMappings, contact?.data);
  return (
    <Stack gap="xs">
      {contact && (
        <Walk
          name={contact.data[values.whatsAppColumns] || contact.id}
          at={at}
          count={contacts.length}
          onTurn={(step) => setTurn((at + step + contacts.length) % contacts.length)}
        />
      )}
      <WhatsAppPreview content={content ?? {}} />
      {lacking.length > 0 && (
        <Alert color="yellow" p="xs">
          {t("campaigns.lacking", { columns: lacking.join(", ") })}
        </Alert>
      )}
    </Stack>
  );
}

/** The first contacts in the order of sending; none until a list is chosen. */
export function useSample({ values }: CampaignEditor) {
  const { contactList, contactListFilters, contactSorts } = values;
  const list = useQuery(listChoiceQuery(contactList?.id)).data;
  const sample = useQuery(sampleQuery(list, contactListFilters?.id, contactSorts));
  return contactList ? (sample.data?.entities ?? []) : [];
}

interface WalkProps {
  name: string;
  at: number;
  count: number;
  onTurn: (step: number) => void;
}

function Walk({ name, at, count, onTurn }: WalkProps) {
  const { t } = useTranslation();
  const button = (step: number, label: string, Sign: typeof ChevronLeft) => (
    <ActionIcon variant="default" size="sm" aria-label={label} onClick={() => onTurn(step)}>
      <Sign size={14} />
    </ActionIcon>
  );
  return (
    <Group justify="space-between" gap={8} wrap="nowrap">
      <Text size="xs" c="dimmed" truncate aria-live="polite">
        {t("campaigns.contactAt", { at: at + 1, count, name })}
      </Text>
      <Group gap={4} wrap="nowrap">
        {button(-1, t("campaigns.previousContact"), ChevronLeft)}
        {button(1, t("campaigns.nextContact"), ChevronRight)}
      </Group>
    </Group>
  );
}
