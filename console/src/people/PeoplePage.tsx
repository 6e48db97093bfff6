// Who can sign in.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { User } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { StateMark } from "@/components/StateMark";
import { useWord } from "@/components/words";
import { readUsers } from "./queries";

const idOf = (row: User) => row.id;

export function PeoplePage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const list = useOffset(["users", "list"], readUsers);
  const mayAdd = useMay()(may.addPerson);
  return (
    <Page
      fill
      title={t("people.title")}
      count={figures.number(list.total)}
      actions={
        mayAdd && (
          <Button
            component={Link}
            to="/administration/people/new"
            leftSection={<Plus size={16} aria-hidden />}
          >
            {t("people.add")}
          </Button>
        )
      }
    >
      <DataList
        name="people"
        label={t("people.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/administration/people/${row.id}`}
        empty={<Empty text={t("people.empty")} />}
      />
    </Page>
  );
}

function useColumns(): Column<User>[] {
  const { t } = useTranslation();
  const word = useWord();
  return [
    { id: "name", header: t("people.name"), narrow: true, render: (row) => row.name },
    { id: "email", header: t("people.email"), render: (row) => row.email },
    {
      id: "state",
      header: t("people.state"),
      width: 130,
      narrow: 100,
      render: (row) => (
        <StateMark tone={row.state === "inactive" ? "quiet" : "good"}>
          {word("userState", row.state ?? "active")}
        </StateMark>
      ),
    },
    {
      id: "login",
      header: t("people.lastLogin"),
      width: 150,
      render: (row) => <RelativeTime time={row.dateLastLogin} />,
    },
  ];
}
