// The roles: bundles of permissions.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Role } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { readRoles } from "./queries";

const kindOf = ({ default: isBuiltIn, isChanged }: Role) =>
  isBuiltIn ? (isChanged ? "changed" : "default") : "own";
const idOf = (row: Role) => row.id;

export function RolesPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const list = useOffset(["roles", "list"], readRoles);
  const mayAdd = useMay()(may.addRole);
  const columns: Column<Role>[] = [
    { id: "name", header: t("roles.name"), width: 220, narrow: true, render: (row) => row.name },
    { id: "description", header: t("roles.description"), render: (row) => row.description },
    {
      id: "kind",
      header: t("roles.kind"),
      width: 140,
      render: (row) => t(`roles.${kindOf(row)}`),
    },
    {
      id: "people",
      header: t("roles.people"),
      width: 120,
      align: "end",
      narrow: 90,
      render: (row) => figures.number(row.userCount),
    },
  ];
  return (
    <Page
      fill
      title={t("roles.title")}
      count={figures.number(list.total)}
      actions={
        mayAdd && (
          <Button
            component={Link}
            to="/administration/roles/new"
            leftSection={<Plus size={16} aria-hidden />}
          >
            {t("roles.add")}
          </Button>
        )
      }
    >
      <DataList
        name="roles"
        label={t("roles.title")}
        columns={columns}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/administration/roles/${row.id}`}
        empty={<Empty text={t("roles.empty")} />}
      />
    </Page>
  );
}
