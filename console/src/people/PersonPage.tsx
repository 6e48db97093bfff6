// One person: what they may do where, and their account.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { User } from "@/api/types";
import { DetailPage } from "@/components/DetailPage";
import { EditorForm } from "@/components/EditorForm";
import { Section } from "@/components/Section";
import { useNotice } from "@/components/notice";
import { Grants } from "./Grants";
import { PersonActions } from "./PersonActions";
import { PersonFields } from "./PersonFields";
import { usePersonEditor, valuesOf } from "./personEditor";
import { changeUser, readUser, setPassword, userQuery } from "./queries";

export function PersonPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(userQuery(id));
  const seesGrants = useMay()(may.viewGrants);
  return (
    <DetailPage
      back={{ to: "/administration/people", label: t("people.title") }}
      title={data?.name}
      actions={data && <PersonActions user={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && seesGrants && <Grants subjectId={id} />}
      {data && (
        <Section title={t("people.account")}>
          <Account key={id} user={data} />
        </Section>
      )}
    </DetailPage>
  );
}

function Account({ user }: { user: User }) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const mayEdit = useMay()(may.editPerson);
  const { values, version } = valuesOf(user);
  const editor = usePersonEditor({
    initial: values,
    version,
    save: async (edit, password) => {
      if (password) await setPassword(user.id, password);
      const stored = await changeUser(user.id, edit);
      queries.setQueryData(userQuery(user.id).queryKey, stored);
      notice(t("form.saved"));
      return valuesOf(stored);
    },
    reread: async () => valuesOf(await readUser(user.id)),
  });
  return (
    <EditorForm editor={editor} readOnly={!mayEdit}>
      <PersonFields editor={editor} />
    </EditorForm>
  );
}
