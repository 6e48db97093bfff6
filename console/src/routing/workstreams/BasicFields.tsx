// What a workstream is called, which numbers it handles, and when somebody is there.
import { MultiSelect, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { integrationsQuery } from "@/channels/queries";
import { DivisionPicker } from "@/people/DivisionPicker";
import { hoursChoicesQuery } from "../hours";
import { mayRouting } from "../permissions";
import { LanguageSelect } from "@/components/LanguageSelect";
import type { Workstream } from "./values";
import type { FieldsProps } from "./editor";

export function BasicFields({ editor: { form, labels }, workstream }: FieldsProps) {
  const { t } = useTranslation();
  const numbers = useNumbers(workstream);
  const maySeeHours = useMay()(mayRouting.viewHours);
  const hours = useQuery({ ...hoursChoicesQuery, enabled: maySeeHours }).data?.entities ?? [];
  return (
    <>
      <TextInput label={labels.name} {...form.getInputProps("name")} />
      <DivisionPicker {...form.getInputProps("division")} />
      <MultiSelect
        label={labels.numbers}
        description={t("workstreams.numbersHint")}
        data={numbers}
        searchable
        nothingFoundMessage={t("list.nothingFound")}
        {...form.getInputProps("numbers")}
      />
      <LanguageSelect
        label={labels.language}
        description={t("workstreams.languageHint")}
        value={form.getValues().language}
        onChange={(language) => form.setFieldValue("language", language)}
        error={form.errors.language}
      />
      {maySeeHours && (
        <Select
          label={labels.operatingHours}
          description={t("workstreams.hoursHint")}
          data={hours.map(({ id, name }) => ({ value: id, label: name }))}
          clearable
          searchable
          {...form.getInputProps("operatingHours")}
        />
      )}
    </>
  );
}

/** The numbers to choose from; those it has are there even for who may not see all. */
function useNumbers(workstream: Workstream) {
  const maySee = useMay()(may.viewIntegrations);
  const all = useQuery({ ...integrationsQuery, enabled: maySee }).data?.entities ?? [];
  const own = workstream.numbers.filter(({ id }) => !all.some((each) => each.id === id));
  return [...all, ...own].map(({ id, name }) => ({ value: id, label: name }));
}
