// The roles of a client, each in a division.
import { Button, Group, Input, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { divisionsQuery, rolesQuery } from "@/people/queries";
import { RemoveButton } from "@/components/RemoveButton";

export interface RoleDivision {
  roleId: string;
  divisionId: string;
}

interface Props {
  value: RoleDivision[];
  onChange: (grants: RoleDivision[]) => void;
  error?: ReactNode;
}

/** How the API writes "every division". */
const EVERYWHERE = "*";

export function RoleDivisions({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  const home = divisions.find((division) => division.homeDivision)?.id ?? EVERYWHERE;
  const replace = (at: number, grant: RoleDivision) =>
    onChange(value.map((each, index) => (index === at ? grant : each)));
  return (
    <Input.Wrapper label={t("oauth.roles")} description={t("oauth.rolesHint")} error={error}>
      <Stack gap="xs" mt="xs">
        {value.map((grant, at) => (
          <Row
            key={at}
            grant={grant}
            onChange={(changed) => replace(at, changed)}
            onRemove={() => onChange(value.filter((_, index) => index !== at))}
          />
        ))}
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => onChange([...value, { roleId: "", divisionId: home }])}
          >
            {t("oauth.addRole")}
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  );
}

interface RowProps {
  grant: RoleDivision;
  onChange: (grant: RoleDivision) => void;
  onRemove: () => void;
}

function Row({ grant, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const roles = useQuery(rolesQuery).data?.entities ?? [];
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  const places = divisions.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Group gap="xs" wrap="nowrap" align="end">
      <Select
        label={t("people.role")}
        data={roles.map(({ id, name }) => ({ value: id, label: name }))}
        value={grant.roleId || null}
        onChange={(roleId) => onChange({ ...grant, roleId: roleId ?? "" })}
        searchable
        flex={1}
      />
      <Select
        label={t("people.division")}
        data={[...places, { value: EVERYWHERE, label: t("people.everywhere") }]}
        value={grant.divisionId}
        onChange={(divisionId) => onChange({ ...grant, divisionId: divisionId ?? EVERYWHERE })}
        allowDeselect={false}
        flex={1}
      />
      <RemoveButton onClick={onRemove} />
    </Group>
  );
}
