// Files of what is on a list: ordered here, made by the server, fetched when they are ready.
import { Group, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { Section } from "@/components/Section";
import { Files, OrderButtons } from "@/exports";
import { filtersQuery } from "@/filters/queries";
import { listExports } from "./exports";
import type { Target } from "./files";
import { mayContacts } from "./permissions";

export function ExportTab({ target }: { target: Target }) {
  const { t } = useTranslation();
  const [filterId, setFilterId] = useState("");
  const source = listExports(target, filterId);
  return (
    <Stack maw={760} gap="xl">
      <Section title={t("contacts.export.title")} hint={t("contacts.export.hint")}>
        <Group align="flex-end" gap="xs">
          {target.kind === "contactlists" && (
            <FilterChoice listId={target.id} value={filterId} onChange={setFilterId} />
          )}
          <OrderButtons source={source} />
        </Group>
      </Section>
      <Files source={source} />
    </Stack>
  );
}

interface ChoiceProps {
  listId: string;
  value: string;
  onChange: (id: string) => void;
}

function FilterChoice({ listId, value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const { data } = useQuery({
    ...filtersQuery(listId),
    enabled: isAllowed(mayContacts.viewFilters),
  });
  if (!data || data.entities.length === 0) return null;
  return (
    <Select
      label={t("contacts.export.which")}
      data={[
        { value: "", label: t("contacts.export.all") },
        ...data.entities.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={value}
      onChange={(next) => onChange(next ?? "")}
      allowDeselect={false}
    />
  );
}
