// Files into a do-not-contact list: a new one, with the choice of its phone columns, and the others.
import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Section } from "@/components/Section";
import { FileDrop, type Chosen } from "@/contacts/FileDrop";
import { sendFile } from "@/contacts/files";
import { Imports } from "@/contacts/Imports";
import { mayContacts } from "@/contacts/permissions";
import { AcceptImport } from "./AcceptImport";
import { PhoneColumns } from "./PhoneColumns";
import { DNC_KEY } from "./queries";
import { suggestPhoneColumns } from "./suggest";
import type { DncList } from "./types";

export function DncUploadsTab({ list }: { list: DncList }) {
  const isAllowed = useMay();
  return (
    <Stack gap="xl" maw={760}>
      <AcceptImport list={list} />
      {isAllowed(mayContacts.uploadDnc) && <Upload list={list} />}
      <Imports target={{ kind: "dnclists", id: list.id }} mayCancel={mayContacts.uploadDnc} />
    </Stack>
  );
}

function Upload({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [phoneColumns, setPhoneColumns] = useState<string[]>([]);
  const query = phoneColumns.length > 0 ? { phoneColumns: phoneColumns.join(",") } : {};
  const send = useAction((file: File) => sendFile({ kind: "dnclists", id: list.id }, file, query), {
    done: t("contacts.upload.sent"),
    renew: [DNC_KEY],
    after: () => setChosen(null),
  });
  const choose = (next: Chosen | null) => {
    setChosen(next);
    setPhoneColumns(suggestPhoneColumns(next?.seen));
  };
  return (
    <Section title={t("contacts.upload.title")} hint={t("contacts.upload.dncHint")}>
      <Stack gap="md">
        <FileDrop chosen={chosen} onChange={choose} />
        {chosen?.seen && (
          <PhoneColumns
            header={chosen.seen.header}
            value={phoneColumns}
            onChange={setPhoneColumns}
          />
        )}
        {chosen && (
          <Button
            style={{ alignSelf: "flex-start" }}
            loading={send.isPending}
            onClick={() => send.mutate(chosen.file)}
          >
            {t("contacts.upload.start")}
          </Button>
        )}
      </Stack>
    </Section>
  );
}
