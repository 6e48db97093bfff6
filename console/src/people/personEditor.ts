// The editor of a person.
import { useTranslation } from "react-i18next";
import type { User, UserEdit } from "@/api/types";
import { useEditor, type Editor, type Stored } from "@/components/editor";

export type PersonValues = { name: string; email: string; password: string; isActive: boolean };

export const NEW_PERSON: PersonValues = { name: "", email: "", password: "", isActive: true };

export function valuesOf({ name, email = "", state, version }: User): Stored<PersonValues> {
  return { version, values: { name, email, password: "", isActive: state !== "inactive" } };
}

interface Options {
  initial: PersonValues;
  version?: number;
  isNew?: boolean;
  save: (edit: UserEdit, password: string) => Promise<Stored<PersonValues> | void>;
  reread?: () => Promise<Stored<PersonValues>>;
}

export function usePersonEditor(options: Options): Editor<PersonValues> {
  const { t } = useTranslation();
  return useEditor<PersonValues>({
    initial: options.initial,
    version: options.version,
    reread: options.reread,
    also: { newPassword: "password" },
    labels: {
      name: t("people.name"),
      email: t("people.email"),
      password: t("people.password"),
      isActive: t("people.active"),
    },
    validate: {
      name: (value) => (value.trim() ? null : t("form.required")),
      email: (value) => (/^\S+@\S+$/.test(value) ? null : t("form.email")),
      password: (value) => (options.isNew && !value ? t("form.required") : null),
    },
    save: (values, version) => options.save(editOf(values, version), values.password),
  });
}

function editOf({ name, email, password, isActive }: PersonValues, version?: number): UserEdit {
  return {
    name,
    email,
    ...(version === undefined && { password }),
    ...(version !== undefined && { version, state: isActive ? "active" : "inactive" }),
  };
}
