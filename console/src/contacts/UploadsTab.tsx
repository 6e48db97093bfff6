// Files into a contact list: a new one, with a look at its columns, and those so far.
import { Alert, Button, Checkbox, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Section } from "@/components/Section";
import { ContactIdPicker } from "./ContactListForm";
import { FileDrop, type Chosen } from "./FileDrop";
import { sendFile } from "./files";
import { Imports } from "./Imports";
import { mayContacts } from "./permissions";
import { LISTS_KEY } from "./queries";
import type { ContactList } from "./types";

export function UploadsTab({ list }: { list: ContactList }) {
  const isAllowed = useMay();
  return (
    <Stack gap="xl" maw={760}>
      {isAllowed(mayContacts.upload) && <Upload list={list} />}
      <Imports target={{ kind: "contactlists", id: list.id }} mayCancel={mayContacts.upload} />
    </Stack>
  );
}

function Upload({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [idName, setIdName] = useState("");
  const [isClearing, setClearing] = useState(false);
  const target = { kind: "contactlists", id: list.id } as const;
  const query = {
    ...(idName && { contactIdName: idName }),
    ...(isClearing && { clearSystemData: true }),
  };
  const send = useAction((file: File) => sendFile(target, file, query), {
    done: t("contacts.upload.sent"),
    renew: [LISTS_KEY],
    after: () => setChosen(null),
  });
  const header = chosen?.seen?.header ?? list.columnNames;
  return (
    <Section title={t("contacts.upload.title")} hint={t("contacts.upload.hint")}>
      <Stack gap="md" align="stretch">
        <FileDrop chosen={chosen} onChange={setChosen} />
        {chosen && (
          <>
            <Fit header={chosen.seen?.header} columns={list.columnNames} idName={idName} />
            <ContactIdPicker columns={header} value={idName} onChange={setIdName} />
            {idName && (
              <Checkbox
                label={t("contacts.upload.clear")}
                checked={isClearing}
                onChange={(event) => setClearing(event.currentTarget.checked)}
              />
            )}
            <Button
              style={{ alignSelf: "flex-start" }}
              loading={send.isPending}
              onClick={() => send.mutate(chosen.file)}
            >
              {t("contacts.upload.start")}
            </Button>
          </>
        )}
      </Stack>
    </Section>
  );
}

interface FitProps {
  header: string[] | undefined;
  columns: string[];
  idName: string;
}

/** What of a file's header does not fit the list, said before the file is sent. */
function Fit({ header, columns, idName }: FitProps) {
  const { t, i18n } = useTranslation();
  if (!header) return null;
  const list = (names: string[]) => new Intl.ListFormat(i18n.language).format(names);
  const lacks = (names: string[], name: string) =>
    !names.some((each) => each.trim().toLowerCase() === name.trim().toLowerCase());
  const unknown = header.filter((name) => lacks([...columns, idName], name));
  const missing = columns.filter((name) => lacks(header, name));
  return (
    <>
      {unknown.length > 0 && (
        <Alert color="red">{t("contacts.upload.unknown", { columns: list(unknown) })}</Alert>
      )}
      {missing.length > 0 && (
        <Alert color="yellow">{t("contacts.upload.missing", { columns: list(missing) })}</Alert>
      )}
    </>
  );
}
