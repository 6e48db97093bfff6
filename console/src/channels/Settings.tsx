// Changing a number's settings.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Integration } from "@/api/types";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { IntegrationFields } from "./IntegrationFields";
import { useIntegrationEditor, valuesOf } from "./integrationEditor";
import { changeIntegration, readIntegration } from "./queries";

export function Settings({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const mayEdit = useMay()(may.editIntegration);
  const { values, version } = valuesOf(integration);
  const editor = useIntegrationEditor({
    initial: values,
    version,
    save: async (edit) => {
      const stored = await changeIntegration(integration.id, edit);
      queries.setQueryData(["integrations", integration.id], stored);
      notice(t("form.saved"));
      return valuesOf(stored);
    },
    reread: async () => valuesOf(await readIntegration(integration.id)),
  });
  return (
    <EditorForm editor={editor} readOnly={!mayEdit}>
      <IntegrationFields editor={editor} />
    </EditorForm>
  );
}
