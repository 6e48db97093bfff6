// Choosing the number to send from and the template to send.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Integration, Template } from "@/api/types";
import { integrationsQuery } from "@/channels/queries";
import { approvedTemplatesQuery } from "@/templates/queries";
import { useWord } from "@/components/words";

interface NumberProps {
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

export function NumberPicker({ value, onChange }: NumberProps) {
  const { t } = useTranslation();
  const word = useWord();
  const integrations = useQuery(integrationsQuery).data?.entities;
  useEffect(() => {
    const [only, ...others] = integrations?.filter(isActive) ?? [];
    if (!value && only && others.length === 0) onChange(only.id);
  }, [integrations, value, onChange]);
  const label = (each: Integration) =>
    [each.name, each.phoneNumber, isActive(each) ? "" : word("integrationStatus", each.status)]
      .filter(Boolean)
      .join(" · ");
  return (
    <Select
      label={t("send.number")}
      data={integrations?.map((each) => ({
        value: each.id,
        label: label(each),
        disabled: !isActive(each),
      }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
    />
  );
}

function isActive({ status }: Integration): boolean {
  return status.toLowerCase() === "active";
}

interface TemplateProps {
  integrationId: string | undefined;
  value: string | undefined;
  onChange: (template: Template | undefined) => void;
}

export function TemplatePicker({ integrationId, value, onChange }: TemplateProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [name] = useDebouncedValue(typed, 200);
  const templates = useQuery({
    ...approvedTemplatesQuery(integrationId, name.split(" · ")[0] ?? ""),
    placeholderData: keepPreviousData,
  }).data?.entities;
  return (
    <Select
      label={t("send.template")}
      description={t("send.chooseTemplate")}
      nothingFoundMessage={t("send.noTemplate")}
      disabled={!integrationId}
      data={templates?.map(({ id, name, language }) => ({
        value: id,
        label: `${name} · ${language}`,
      }))}
      value={value ?? null}
      onChange={(id) => onChange(templates?.find((template) => template.id === id))}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
    />
  );
}
