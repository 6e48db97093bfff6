// Who changed what, when, with before and after.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useKeyset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { AuditRow } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { useWord } from "@/components/words";
import { divisionsQuery, readUsers } from "@/people/queries";
import { AuditEntry } from "./AuditEntry";

const FILTERS = ["actor", "entityType", "action", "from", "to"];
const TYPES = [
  "integration",
  "user",
  "role",
  "division",
  "oauth_client",
  "organization",
  "consent",
  "consentImport",
  "consentKeywords",
  "library",
  "response",
  "suppression",
  "quarantine",
  "conversation",
  "queue",
  "workstream",
  "skill",
  "language",
  "wrapup_code",
  "operating_hours",
  "supported_content",
];
const ACTIONS = [
  "log_in",
  "create",
  "update",
  "delete",
  "grant",
  "revoke",
  "rotate_secret",
  "set_password",
  "enable_totp",
  "disable_totp",
  "status",
  "subscribe",
  "record",
  "opt_in",
  "opt_out",
  "import",
  "cancel",
  "replay",
  "dismiss",
];
const idOf = (row: AuditRow) => row.id;

function readAudits(filters: Record<string, string>) {
  // The API takes moments: a day that is chosen as the last one counts whole.
  const to = filters.to && `${filters.to}T23:59:59.999Z`;
  const query = { ...filters, to, pageSize: 50 };
  return (after: string | undefined) =>
    answer(api.GET("/api/v2/audits", { params: { query: { ...query, after } } }));
}

export function AuditPage() {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const filters = pick(values, FILTERS);
  const list = useKeyset(["audits", filters], readAudits(filters));
  const open = list.rows.find((row) => row.id === values.open);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page fill title={t("audit.title")} bar={<FilterBar filters={useFilters()} />}>
      <DataList
        name="audit"
        label={t("audit.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        empty={<Empty text={isFiltered ? t("list.nothingFound") : t("audit.empty")} />}
      />
      <SideSheet
        title={t("audit.entry")}
        isOpen={open !== undefined}
        onClose={() => set({ open: undefined })}
      >
        {open && <AuditEntry entry={open} />}
      </SideSheet>
    </Page>
  );
}

function useFilters(): Filter[] {
  const { t } = useTranslation();
  const word = useWord();
  const users = useQuery({
    queryKey: ["users", "first"],
    queryFn: () => readUsers(1),
    enabled: useMay()(may.viewPeople),
  }).data?.entities;
  const people = users?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const types = TYPES.map((value) => ({ value, label: word("entityType", value) }));
  const actions = ACTIONS.map((value) => ({ value, label: word("auditAction", value) }));
  return [
    { id: "actor", label: t("audit.actor"), kind: "choice", choices: people },
    { id: "entityType", label: t("audit.entityType"), kind: "choice", choices: types },
    { id: "action", label: t("audit.action"), kind: "choice", choices: actions },
    { id: "from", label: t("filter.from"), kind: "date" },
    { id: "to", label: t("filter.to"), kind: "date" },
  ];
}

function useColumns(): Column<AuditRow>[] {
  const { t } = useTranslation();
  const divisions = useQuery(divisionsQuery).data?.entities;
  const nameOf = (id: string | undefined) => divisions?.find((each) => each.id === id)?.name;
  const word = useWord();
  return [
    {
      id: "what",
      header: t("audit.what"),
      narrow: true,
      render: (row) =>
        [word("auditAction", row.action), word("entityType", row.entity.type), row.entity.name]
          .filter(Boolean)
          .join(" · "),
    },
    {
      id: "actor",
      header: t("audit.actor"),
      width: 200,
      narrow: 96,
      render: (row) => row.actor?.name,
    },
    {
      id: "division",
      header: t("audit.division"),
      width: 140,
      render: (row) => nameOf(row.division?.id),
    },
    {
      id: "time",
      header: t("audit.time"),
      width: 140,
      render: (row) => <RelativeTime time={row.time} />,
    },
  ];
}
