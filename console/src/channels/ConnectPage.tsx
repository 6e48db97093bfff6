// Connecting a number.
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DetailPage } from "@/components/DetailPage";
import { EditorForm } from "@/components/EditorForm";
import { IntegrationFields } from "./IntegrationFields";
import { connectIntegration } from "./queries";
import { NEW_INTEGRATION, useIntegrationEditor } from "./integrationEditor";

export function ConnectPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const editor = useIntegrationEditor({
    initial: NEW_INTEGRATION,
    isNew: true,
    save: async (edit) => {
      const { id } = await connectIntegration(edit);
      await queries.invalidateQueries({ queryKey: ["integrations"] });
      router.history.push(`/channels/whatsapp/${id}`, { ignoreBlocker: true });
    },
  });
  return (
    <DetailPage
      back={{ to: "/channels", label: t("channels.title") }}
      title={t("channels.connect")}
    >
      <EditorForm editor={editor} verb={t("channels.connectVerb")}>
        <IntegrationFields editor={editor} isNew />
      </EditorForm>
    </DetailPage>
  );
}
