// What is sent: from which number, which template, and where its values come from.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Template } from "@/api/types";
import { integrationsQuery } from "@/channels/queries";
import { useWord } from "@/components/words";
import { approvedTemplatesQuery, templateQuery } from "@/templates/queries";
import type { CampaignEditor } from "./campaignEditor";
import { renderChoice } from "./Choice";
import { Locked } from "./Locked";
import { MappingFields } from "./MappingFields";
import { listChoiceQuery } from "./queries";
import { suggestedMappings } from "./mappings";

export function MessageFields({ editor }: { editor: CampaignEditor }) {
  const { contentTemplate, contactList } = editor.values;
  const id = contentTemplate?.id ?? "";
  const template = useQuery({ ...templateQuery(id), enabled: id !== "" }).data;
  const columns = useQuery(listChoiceQuery(contactList?.id)).data?.columnNames ?? [];
  return (
    <>
      <NumberField editor={editor} />
      <TemplateField editor={editor} columns={columns} />
      {template && <MappingFields editor={editor} template={template} columns={columns} />}
    </>
  );
}

function NumberField({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const word = useWord();
  const { values, set } = editor;
  const integrations = useQuery(integrationsQuery).data?.entities ?? [];
  const chosen = values.whatsAppIntegration;
  const known = chosen && !integrations.some(({ id }) => id === chosen.id) ? [chosen] : [];
  const data = integrations.map(({ id, name, phoneNumber, status }) => {
    const isActive = status.toLowerCase() === "active";
    return {
      value: id,
      label: [name, phoneNumber].filter(Boolean).join(" · "),
      disabled: !isActive,
      hint: isActive ? undefined : word("integrationStatus", status),
    };
  });
  return (
    <div>
      <Select
        label={editor.labels.whatsAppIntegration}
        description={t("campaigns.numberHint")}
        data={[...known.map(({ id, name }) => ({ value: id, label: name ?? id })), ...data]}
        renderOption={renderChoice}
        value={chosen?.id ?? null}
        onChange={(id) => {
          const found = integrations.find((each) => each.id === id);
          set({ whatsAppIntegration: found ? { id: found.id, name: found.name } : null });
        }}
        allowDeselect={false}
        searchable
        disabled={Boolean(editor.lock("whatsAppIntegration"))}
        error={editor.errorAt("whatsAppIntegration")}
      />
      <Locked reason={editor.lock("whatsAppIntegration")} />
    </div>
  );
}

interface TemplateProps {
  editor: CampaignEditor;
  columns: string[];
}

const labelOf = ({ name, language }: Template) => `${name} · ${language}`;

function TemplateField({ editor, columns }: TemplateProps) {
  const { t } = useTranslation();
  const { values, set } = editor;
  const integrationId = values.whatsAppIntegration?.id;
  const chosen = values.contentTemplate;
  const id = chosen?.id ?? "";
  const stored = useQuery({ ...templateQuery(id), enabled: id !== "" }).data;
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed, 200);
  const isChosen = stored && settled === labelOf(stored);
  const templates =
    useQuery({
      ...approvedTemplatesQuery(integrationId, isChosen ? "" : settled),
      placeholderData: keepPreviousData,
    }).data?.entities ?? [];
  const known = stored && !templates.some((each) => each.responseId === id) ? [stored] : [];
  const all = [...known, ...templates];
  return (
    <Select
      label={editor.labels.contentTemplate}
      description={t("campaigns.templateHint")}
      nothingFoundMessage={t("send.noTemplate")}
      data={all.map((each) => ({ value: each.responseId, label: labelOf(each) }))}
      value={id || null}
      onChange={(next) => {
        const found = all.find((each) => each.responseId === next);
        if (!found) return;
        set({
          contentTemplate: { id: found.responseId, name: found.name },
          parameterMappings: suggestedMappings(found, columns),
        });
      }}
      allowDeselect={false}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      disabled={!integrationId || Boolean(editor.lock("contentTemplate"))}
      error={editor.errorAt("contentTemplate")}
    />
  );
}
