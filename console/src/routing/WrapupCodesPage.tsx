// The wrap-up codes: what people say a conversation came to.
import { Button, Group, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DataList, type Column } from "@/components/DataList";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { DivisionPicker } from "@/people/DivisionPicker";
import { addCode, changeCode, CODES_KEY, deleteCode, readCodes } from "./codes";
import { mayRouting } from "./permissions";
import type { WrapupCode } from "./types";

const idOf = (row: WrapupCode) => row.id;

export function WrapupCodesPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const { values, set } = useSearchState();
  const list = useOffset([...CODES_KEY, "list", values.q], readCodes(values.q));
  const mayAdd = useMay()(mayRouting.addCode);
  const open = list.rows.find(({ id }) => id === values.open);
  const close = () => set({ open: undefined });
  return (
    <Page
      fill
      title={t("codes.title")}
      count={figures.number(list.total)}
      actions={
        mayAdd && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ open: "new" })}>
            {t("codes.add")}
          </Button>
        )
      }
      bar={<FilterBar filters={[{ id: "q", label: t("codes.name"), kind: "text" }]} />}
    >
      <DataList
        name="wrapup-codes"
        label={t("codes.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        empty={<Empty text={values.q ? t("list.nothingFound") : t("codes.empty")} />}
      />
      <SideSheet
        title={open?.name ?? t("codes.add")}
        isOpen={values.open === "new" || open !== undefined}
        onClose={close}
      >
        <CodeForm key={open?.id} code={open} onDone={close} />
      </SideSheet>
    </Page>
  );
}

function useColumns(): Column<WrapupCode>[] {
  const { t } = useTranslation();
  return [
    { id: "name", header: t("codes.name"), width: 280, narrow: true, render: (row) => row.name },
    { id: "description", header: t("queues.description"), render: (row) => row.description },
    {
      id: "division",
      header: t("queues.division"),
      width: 150,
      render: (row) => row.division.name,
    },
    {
      id: "changed",
      header: t("queues.changed"),
      width: 140,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}

type Values = { name: string; description: string; division: string };

function CodeForm({ code, onDone }: { code?: WrapupCode; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const isAllowed = useMay();
  const editor = useEditor<Values>({
    initial: {
      name: code?.name ?? "",
      description: code?.description ?? "",
      division: code?.division.id ?? "",
    },
    labels: {
      name: t("codes.name"),
      description: t("queues.description"),
      division: t("queues.division"),
    },
    also: { "division.id": "division" },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name, description, division }) => {
      const to = division ? { division: { id: division } } : {};
      const body = { name: name.trim(), description, ...to };
      await (code ? changeCode(code.id, body) : addCode(body));
      await queries.invalidateQueries({ queryKey: CODES_KEY });
      onDone();
    },
  });
  const { form, labels } = editor;
  return (
    <>
      <EditorForm
        editor={editor}
        inSheet
        readOnly={!isAllowed(code ? mayRouting.editCode : mayRouting.addCode)}
      >
        <TextInput label={labels.name} data-autofocus {...form.getInputProps("name")} />
        <Textarea label={labels.description} autosize {...form.getInputProps("description")} />
        <DivisionPicker {...form.getInputProps("division")} />
      </EditorForm>
      {code && isAllowed(mayRouting.deleteCode) && <Delete code={code} onDone={onDone} />}
    </>
  );
}

function Delete({ code, onDone }: { code: WrapupCode; onDone: () => void }) {
  const { t } = useTranslation();
  const remove = useAction(deleteCode, { renew: [CODES_KEY], after: onDone });
  return (
    <Group mt="xl">
      <Confirm
        question={t("codes.deleteAsk", { name: code.name })}
        verb={t("common.delete")}
        onConfirm={() => remove.mutate(code.id)}
      >
        {t("common.delete")}
      </Confirm>
    </Group>
  );
}
