// The roles a person (or an OAuth client) holds, each in one division.
import { Button, Group, Select, Skeleton, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Grant } from "@/api/types";
import { useAction } from "@/components/action";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Section } from "@/components/Section";
import { RemoveButton } from "@/components/RemoveButton";
import { addGrant, divisionsQuery, removeGrant, rolesQuery, subjectQuery } from "./queries";

const renew = [["subjects"], ["me"]];

export function Grants({ subjectId }: { subjectId: string }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(subjectQuery(subjectId));
  const isAllowed = useMay();
  return (
    <Section title={t("people.grants")} hint={t("people.grantsHint")}>
      {isPending && <Skeleton h={80} />}
      <ErrorNotice error={error} />
      {data?.grants.length === 0 && <Text c="dimmed">{t("people.noGrants")}</Text>}
      {data && data.grants.length > 0 && <GrantTable subjectId={subjectId} grants={data.grants} />}
      {isAllowed(may.addGrant) && isAllowed(may.viewRoles) && <AddGrant subjectId={subjectId} />}
    </Section>
  );
}

/** The division of the API that stands for every division. */
const EVERYWHERE = "*";

function GrantTable({ subjectId, grants }: { subjectId: string; grants: Grant[] }) {
  const { t } = useTranslation();
  const mayRemove = useMay()(may.deleteGrant);
  const remove = useAction(removeGrant, { renew });
  const placeOf = ({ id, name }: Grant["division"]) =>
    id === EVERYWHERE ? t("people.everywhere") : name;
  return (
    <Table maw={640}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("people.role")}</Table.Th>
          <Table.Th>{t("people.division")}</Table.Th>
          <Table.Th w={48}>
            <VisuallyHidden>{t("common.remove")}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {grants.map(({ role, division }) => (
          <Table.Tr key={role.id + division.id}>
            <Table.Td>{role.name}</Table.Td>
            <Table.Td>{placeOf(division)}</Table.Td>
            <Table.Td>
              {mayRemove && (
                <RemoveButton
                  label={t("people.removeGrant", {
                    role: role.name,
                    division: placeOf(division),
                  })}
                  onClick={() =>
                    remove.mutate({ subjectId, roleId: role.id, divisionId: division.id })
                  }
                />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function AddGrant({ subjectId }: { subjectId: string }) {
  const { t } = useTranslation();
  const roles = useQuery(rolesQuery).data?.entities ?? [];
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  const [roleId, setRole] = useState<string | null>(null);
  const [chosen, setDivision] = useState<string | null>(null);
  const add = useAction(addGrant, { renew, after: () => setRole(null) });
  const home = divisions.find((division) => division.homeDivision)?.id;
  const divisionId = chosen ?? home ?? divisions[0]?.id;
  const places = divisions.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Group gap="xs" mt="md" align="end">
      <Select
        label={t("people.role")}
        data={roles.map(({ id, name }) => ({ value: id, label: name }))}
        value={roleId}
        onChange={setRole}
        searchable
      />
      <Select
        label={t("people.division")}
        data={[...places, { value: EVERYWHERE, label: t("people.everywhere") }]}
        value={divisionId ?? null}
        onChange={setDivision}
        allowDeselect={false}
      />
      <Button
        variant="default"
        disabled={!roleId || !divisionId}
        loading={add.isPending}
        onClick={() => roleId && divisionId && add.mutate({ subjectId, roleId, divisionId })}
      >
        {t("people.grant")}
      </Button>
    </Group>
  );
}
