// Where each value of the template comes from: a column of the list, or always the same text.
import { Fieldset, Select, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Part, Placeholder, Template } from "@/api/types";
import type { CampaignEditor } from "./campaignEditor";
import { asked, mappingOf, withMapping } from "./mappings";
import classes from "./MappingFields.module.css";

interface Props {
  editor: CampaignEditor;
  template: Template;
  columns: string[];
}

// A column may be called anything, so the choice of a fixed text is told apart by its prefix.
const COLUMN = "column:";
const CONSTANT = "constant";

export function MappingFields({ editor, template, columns }: Props) {
  const { t } = useTranslation();
  const placeholders = asked(template);
  const error = editor.errorAt("parameterMappings");
  if (placeholders.length === 0) return null;
  return (
    <Fieldset
      legend={editor.labels.parameterMappings}
      disabled={Boolean(editor.lock("parameterMappings"))}
    >
      <Stack gap="sm">
        <Text size="xs" c="dimmed">
          {t("campaigns.valuesHint")}
        </Text>
        {placeholders.map((placeholder) => (
          <Field
            key={`${placeholder.part}.${placeholder.index ?? 0}.${placeholder.key}`}
            {...{ editor, template, columns, placeholder }}
          />
        ))}
        {error && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {error}
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}

function Field({ editor, template, columns, placeholder }: Props & { placeholder: Placeholder }) {
  const { t } = useTranslation();
  const { parameterMappings } = editor.values;
  const mapping = mappingOf(parameterMappings, placeholder);
  const { part, key, index, example, required } = placeholder;
  const name = (part === "button" && template.buttons[index ?? 0]?.text) || key;
  const label = t(`send.parts.${part as Part}`, { key: name });
  const put = (source: Parameters<typeof withMapping>[2]) =>
    editor.set({ parameterMappings: withMapping(parameterMappings, placeholder, source) });
  return (
    <div className={classes.row}>
      <Select
        label={label}
        description={example ? t("send.example", { example }) : undefined}
        placeholder={required === false ? t("campaigns.leftOut") : t("campaigns.chooseSource")}
        data={[
          {
            group: t("campaigns.columns"),
            items: columns.map((column) => ({ value: COLUMN + column, label: column })),
          },
          {
            group: t("campaigns.other"),
            items: [{ value: CONSTANT, label: t("campaigns.constant") }],
          },
        ]}
        value={valueOf(mapping)}
        onChange={(value) =>
          put(
            value === null
              ? undefined
              : value === CONSTANT
                ? { constant: "" }
                : { column: value.slice(COLUMN.length) },
          )
        }
        searchable
        clearable={required === false}
        allowDeselect={false}
      />
      {mapping?.constant !== undefined && (
        <TextInput
          label={t("campaigns.constantOf", { field: label })}
          value={mapping.constant}
          onChange={(event) => put({ constant: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

function valueOf(mapping: { column?: string; constant?: string } | undefined): string | null {
  if (mapping?.column !== undefined) return COLUMN + mapping.column;
  return mapping?.constant === undefined ? null : CONSTANT;
}
