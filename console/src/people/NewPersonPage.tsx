// Adding a person; roles are given on the person's own page next.
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DetailPage } from "@/components/DetailPage";
import { EditorForm } from "@/components/EditorForm";
import { PersonFields } from "./PersonFields";
import { NEW_PERSON, usePersonEditor } from "./personEditor";
import { addUser } from "./queries";

export function NewPersonPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const editor = usePersonEditor({
    initial: NEW_PERSON,
    isNew: true,
    save: async (edit) => {
      const { id } = await addUser(edit);
      await queries.invalidateQueries({ queryKey: ["users"] });
      router.history.push(`/administration/people/${id}`, { ignoreBlocker: true });
    },
  });
  return (
    <DetailPage
      back={{ to: "/administration/people", label: t("people.title") }}
      title={t("people.add")}
    >
      <EditorForm editor={editor} verb={t("people.addVerb")}>
        <PersonFields editor={editor} isNew />
      </EditorForm>
    </DetailPage>
  );
}
