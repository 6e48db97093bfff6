// Choosing permissions by area and thing, as the API lists them; a wildcard ticks all it covers.
import { Chip, Group, Input, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { allows } from "@/api/permissions";
import type { PermissionDomain } from "@/api/types";
import { permissionsQuery } from "./queries";
import classes from "./PermissionPicker.module.css";

interface Props {
  value: string[];
  onChange: (permissions: string[]) => void;
  error?: ReactNode;
}

export function PermissionPicker({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const domains = useQuery(permissionsQuery).data?.entities ?? [];
  const entities = domains
    .flatMap(entitiesOf)
    .filter(({ name }) => name.includes(typed.toLowerCase()));
  const known = domains
    .flatMap(entitiesOf)
    .flatMap((entity) => entity.permissions.map((each) => each.id));
  const toggle = (permission: string) => onChange(toggled(value, permission, known));
  return (
    <Input.Wrapper label={t("roles.permissions")} error={error}>
      <TextInput
        label={t("roles.find")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        my="xs"
      />
      <Stack gap={0}>
        {entities.map(({ name, label, permissions }) => (
          <div key={name} className={classes.entity}>
            <Text className={classes.name}>{label}</Text>
            <Group gap={6}>
              {permissions.map(({ id, label: action }) => (
                <Chip key={id} size="xs" checked={allows(value, [id])} onChange={() => toggle(id)}>
                  {action}
                </Chip>
              ))}
            </Group>
          </div>
        ))}
      </Stack>
    </Input.Wrapper>
  );
}

interface Entity {
  name: string;
  label: string;
  permissions: { id: string; label: string }[];
}

function entitiesOf({ domain, permissionMap }: PermissionDomain): Entity[] {
  return Object.entries(permissionMap).map(([entity, actions]) => ({
    name: `${domain}:${entity}`.toLowerCase(),
    label: `${domain} · ${entity}`,
    permissions: actions.map(({ action, label }) => ({
      id: `${domain}:${entity}:${action}`,
      label: label ?? action,
    })),
  }));
}

/** Take one out or put it in. A wildcard that covered it is first spelled out. */
export function toggled(held: string[], permission: string, known: string[]): string[] {
  if (!allows(held, [permission])) return [...held, permission].sort();
  const spelledOut = held.flatMap((each) =>
    allows([each], [permission]) ? known.filter((one) => allows([each], [one])) : [each],
  );
  return [...new Set(spelledOut)].filter((each) => each !== permission).sort();
}
