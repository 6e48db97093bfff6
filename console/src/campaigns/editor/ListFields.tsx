// Who is messaged: the contact list, its column of WhatsApp numbers, and a filter.
import { Group, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { mayContacts } from "@/contacts/permissions";
import { useFigures } from "@/components/figures";
import type { ListChoice } from "../types";
import type { CampaignEditor } from "./campaignEditor";
import { renderChoice, useReasons, type Choice } from "./Choice";
import { FilterField } from "./FilterField";
import { Locked } from "./Locked";
import { Maker } from "./Maker";
import { listChoiceQuery, listChoicesQuery } from "./queries";

const ContactListSheet = lazy(async () => ({
  default: (await import("@/contacts/ContactListSheet")).ContactListSheet,
}));

/** What keeps a list from being chosen; one that always runs may be filled later. */
function obstaclesOf({ unusableReasons }: ListChoice, alwaysRunning: boolean): string[] {
  const passing = ["empty", "import.running"];
  return unusableReasons.filter((reason) => !alwaysRunning || !passing.includes(reason));
}

export function ListFields({ editor }: { editor: CampaignEditor }) {
  const { values } = editor;
  const chosen = useQuery(listChoiceQuery(values.contactList?.id)).data;
  return (
    <>
      <ListField editor={editor} chosen={chosen} />
      {chosen && <ColumnField editor={editor} chosen={chosen} />}
      {chosen && <FilterField editor={editor} list={chosen} />}
    </>
  );
}

interface ListProps {
  editor: CampaignEditor;
  chosen: ListChoice | undefined;
}

function ListField({ editor, chosen }: ListProps) {
  const { t } = useTranslation();
  const has = useMay();
  const queries = useQueryClient();
  const { values, set } = editor;
  const choose = (list: Pick<ListChoice, "id" | "name" | "whatsAppColumns"> | undefined) => {
    const columns = list?.whatsAppColumns ?? [];
    set({
      contactList: list ? { id: list.id, name: list.name } : null,
      whatsAppColumns: columns[0]?.columnName ?? "",
      ...(list?.id !== values.contactList?.id && { contactListFilters: null, contactSorts: [] }),
    });
  };
  return (
    <div>
      <ListSelect editor={editor} chosen={chosen} onChoose={choose} />
      <Locked reason={editor.lock("contactList")} />
      {chosen && <Usability editor={editor} chosen={chosen} />}
      {has(mayContacts.addList) && !editor.lock("contactList") && (
        <Maker label={t("campaigns.newList")}>
          {(close) => (
            <ContactListSheet
              isOpen
              onClose={close}
              onCreated={(list) => {
                close();
                choose(list);
                void queries.invalidateQueries({ queryKey: ["contactLists"] });
              }}
            />
          )}
        </Maker>
      )}
    </div>
  );
}

function ListSelect({
  editor,
  chosen,
  onChoose,
}: ListProps & { onChoose: (list?: ListChoice) => void }) {
  const { t } = useTranslation();
  const { values } = editor;
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed, 200);
  const name = settled === values.contactList?.name ? "" : settled;
  const found = useQuery(listChoicesQuery(name)).data?.entities ?? [];
  const lists = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  const choices = useListChoices(lists, values.alwaysRunning);
  return (
    <Select
      label={editor.labels.contactList}
      description={t("campaigns.listHint")}
      data={choices}
      renderOption={renderChoice}
      value={values.contactList?.id ?? null}
      onChange={(id) => onChoose(lists.find((list) => list.id === id))}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={t("list.nothingFound")}
      allowDeselect={false}
      maxDropdownHeight={320}
      disabled={Boolean(editor.lock("contactList"))}
      error={editor.errorAt("contactList")}
    />
  );
}

function useListChoices(lists: ListChoice[], alwaysRunning: boolean): Choice[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const reasons = useReasons();
  return lists.map((list) => {
    const obstacles = obstaclesOf(list, alwaysRunning);
    const size = t("campaigns.contacts", {
      count: list.size ?? 0,
      number: figures.number(list.size ?? 0),
    });
    return {
      value: list.id,
      label: list.name,
      disabled: obstacles.length > 0,
      hint: obstacles.length > 0 ? reasons(obstacles) : size,
    };
  });
}

/** What is worth knowing of the chosen list: how large it is, or that its file is still read. */
function Usability({ editor, chosen }: { editor: CampaignEditor; chosen: ListChoice }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const reasons = useReasons();
  const obstacles = obstaclesOf(chosen, editor.values.alwaysRunning);
  const size = t("campaigns.contacts", {
    count: chosen.size ?? 0,
    number: figures.number(chosen.size ?? 0),
  });
  return (
    <Group gap={8} mt={6} aria-live="polite">
      <Text size="xs" c="dimmed">
        {size}
      </Text>
      {obstacles.length > 0 && (
        <Text size="xs" c="var(--warn)">
          {t("campaigns.notYet", { reasons: reasons(obstacles) })}
        </Text>
      )}
    </Group>
  );
}

function ColumnField({ editor, chosen }: { editor: CampaignEditor; chosen: ListChoice }) {
  const { t } = useTranslation();
  const columns = chosen.whatsAppColumns.map(({ columnName }) => columnName);
  const value = editor.values.whatsAppColumns;
  return (
    <div>
      <Select
        label={editor.labels.whatsAppColumns}
        description={t("campaigns.columnHint")}
        data={columns}
        value={value || null}
        onChange={(column) => editor.set({ whatsAppColumns: column ?? "" })}
        allowDeselect={false}
        disabled={Boolean(editor.lock("whatsAppColumns"))}
        error={editor.errorAt("whatsAppColumns")}
      />
    </div>
  );
}
