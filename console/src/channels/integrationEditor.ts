// The editor of a number: its fields, their checks, and how they are saved.
import { useTranslation } from "react-i18next";
import type { Integration, IntegrationEdit } from "@/api/types";
import { useEditor, type Editor, type Stored } from "@/components/editor";

export type IntegrationValues = Record<(typeof FIELDS)[number], string>;

const FIELDS = [
  "name",
  "whatsAppBusinessAccountId",
  "phoneNumberId",
  "accessToken",
  "appSecret",
  "verifyToken",
  "graphBaseUrl",
  "divisionId",
  "contentId",
] as const;

export const NEW_INTEGRATION: IntegrationValues = {
  name: "",
  whatsAppBusinessAccountId: "",
  phoneNumberId: "",
  accessToken: "",
  appSecret: "",
  verifyToken: "",
  graphBaseUrl: "",
  divisionId: "",
  contentId: "",
};

/** Secrets are never sent back to us; an empty field leaves what is stored. */
export function valuesOf(integration: Integration): Stored<IntegrationValues> {
  return {
    version: integration.version,
    values: {
      ...NEW_INTEGRATION,
      name: integration.name,
      divisionId: integration.division?.id ?? "",
      contentId: (!integration.followsDefaultContent && integration.supportedContent?.id) || "",
    },
  };
}

interface Options {
  initial: IntegrationValues;
  version?: number;
  isNew?: boolean;
  save: (edit: IntegrationEdit) => Promise<Stored<IntegrationValues> | void>;
  reread?: () => Promise<Stored<IntegrationValues>>;
}

export function useIntegrationEditor(options: Options): Editor<IntegrationValues> {
  const { t } = useTranslation();
  const required = (value: string) => (value.trim() ? null : t("form.required"));
  const digits = (value: string) => (/^\d+$/.test(value.trim()) ? null : t("form.digits"));
  const whenNew = (value: string) => (options.isNew ? required(value) : null);
  return useEditor<IntegrationValues>({
    initial: options.initial,
    version: options.version,
    reread: options.reread,
    also: { "supportedContent.id": "contentId" },
    labels: Object.fromEntries(
      FIELDS.map((field) => [field, t(`channels.fields.${field}`)]),
    ) as IntegrationValues,
    validate: {
      name: required,
      whatsAppBusinessAccountId: (value) => (options.isNew ? digits(value) : null),
      phoneNumberId: (value) => (options.isNew ? digits(value) : null),
      accessToken: whenNew,
      appSecret: whenNew,
    },
    save: (values, version) => options.save(editOf(values, version)),
  });
}

/** Without a content profile of its own a number follows the organization's default. */
function editOf(
  { contentId, ...values }: IntegrationValues,
  version: number | undefined,
): IntegrationEdit {
  const filled = Object.entries(values).filter(([, value]) => value.trim() !== "");
  const supportedContent = contentId ? { id: contentId } : null;
  return {
    ...Object.fromEntries(filled),
    supportedContent,
    ...(version === undefined ? {} : { version }),
  };
}
