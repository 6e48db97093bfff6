// One template as the customer sees it, with its facts and variables.
import { Alert, Code, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Part, Template } from "@/api/types";
import { DetailPage } from "@/components/DetailPage";
import { Facts } from "@/components/Facts";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { WhatsAppPreview } from "@/components/WhatsAppPreview";
import { useWord } from "@/components/words";
import { templateQuery } from "./queries";
import { TemplateStatus } from "./status";

export function TemplatePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(templateQuery(id));
  return (
    <DetailPage
      back={{ to: "/templates", label: t("templates.title") }}
      title={data?.name}
      status={data && <TemplateStatus template={data} />}
      facts={data && <TemplateFacts template={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && (
        <>
          {data.problem && (
            <Alert color="yellow" title={t("templates.problem")} mb="lg">
              {data.problem}
            </Alert>
          )}
          <Section title={t("templates.preview")}>
            <div style={{ maxWidth: 420 }}>
              <WhatsAppPreview content={data} />
            </div>
          </Section>
          <Variables template={data} />
        </>
      )}
    </DetailPage>
  );
}

function TemplateFacts({ template }: { template: Template }) {
  const { t } = useTranslation();
  const word = useWord();
  return (
    <Facts
      facts={[
        [t("templates.language"), template.language],
        [t("templates.category"), word("category", template.category)],
        [t("templates.quality"), word("quality", template.quality)],
        [t("templates.number"), template.integrations.map(({ name }) => name).join(", ")],
        [t("templates.synced"), template.syncedAt && <RelativeTime time={template.syncedAt} />],
        [t("templates.responseId"), <Code key="id">{template.responseId}</Code>],
        [t("templates.rejectedReason"), template.rejectedReason],
      ]}
    />
  );
}

function Variables({ template }: { template: Template }) {
  const { t } = useTranslation();
  if (template.placeholders.length === 0) return null;
  return (
    <Section title={t("templates.variables")} hint={t("templates.variablesHint")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("templates.part")}</Table.Th>
            <Table.Th>{t("templates.variable")}</Table.Th>
            <Table.Th>{t("templates.example")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {template.placeholders.map(({ part, key, index, example }) => (
            <Table.Tr key={`${part}${index ?? ""}${key}`}>
              <Table.Td>{t(`templates.parts.${part as Part}`)}</Table.Td>
              <Table.Td>
                <Code>{key}</Code>
              </Table.Td>
              <Table.Td>{example}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
