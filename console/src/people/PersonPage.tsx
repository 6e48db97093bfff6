// One person: what they may do where and their account; and what the router knows of them.
import { Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { User } from "@/api/types";
import { DetailPage } from "@/components/DetailPage";
import { DetailTabs } from "@/components/DetailTabs";
import { EditorForm } from "@/components/EditorForm";
import { Section } from "@/components/Section";
import { useNotice } from "@/components/notice";
import { withWords } from "@/locales";
import { Grants } from "./Grants";
import { PersonActions } from "./PersonActions";
import { PersonFields } from "./PersonFields";
import { usePersonEditor, valuesOf } from "./personEditor";
import { changeUser, readUser, setPassword, userQuery } from "./queries";

const TABS = ["account", "routing"] as const;
const PersonRouting = lazy(
  withWords("routing", () => import("@/routing").then((area) => ({ default: area.PersonRouting }))),
);

export function PersonPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(userQuery(id));
  return (
    <DetailPage
      back={{ to: "/administration/people", label: t("people.title") }}
      title={data?.name}
      actions={data && <PersonActions user={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <PersonTabs user={data} />}
    </DetailPage>
  );
}

function PersonTabs({ user }: { user: User }) {
  const { t } = useTranslation();
  return (
    <DetailTabs tabs={TABS} label={(tab) => t(`people.tabs.${tab}`)}>
      {(tab) =>
        tab === "account" ? (
          <AccountTab user={user} />
        ) : (
          <Suspense fallback={<Skeleton h={160} />}>
            <PersonRouting key={user.id} userId={user.id} />
          </Suspense>
        )
      }
    </DetailTabs>
  );
}

function AccountTab({ user }: { user: User }) {
  const { t } = useTranslation();
  const seesGrants = useMay()(may.viewGrants);
  return (
    <>
      {seesGrants && <Grants subjectId={user.id} />}
      <Section title={t("people.account")}>
        <Account key={user.id} user={user} />
      </Section>
    </>
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
