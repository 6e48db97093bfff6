// Deleting a number: what it means is said first, and what still waits to go out is counted.
import { Alert, Button, Group, List, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import type { Integration } from "@/api/types";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useNotice } from "@/components/notice";
import { deleteIntegration } from "./queries";

export function DeleteNumber({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {t("common.delete")}
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title={t("channels.deleteTitle", { name: integration.name })}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Consequences />
        <Decision integration={integration} onCancel={dialog.close} />
      </Modal>
    </>
  );
}

function Consequences() {
  const { t } = useTranslation();
  return (
    <List spacing="xs" mb="md">
      <List.Item>{t("channels.deleteStops")}</List.Item>
      <List.Item>{t("channels.deleteTemplates")}</List.Item>
      <List.Item>{t("channels.deleteKeeps")}</List.Item>
      <List.Item>{t("channels.deleteMeta")}</List.Item>
    </List>
  );
}

function Decision({ integration, onCancel }: { integration: Integration; onCancel: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const notice = useNotice();
  const remove = useMutation({
    mutationFn: (force: boolean) => deleteIntegration(integration.id, force),
    onSuccess: async () => {
      notice(t("channels.deleted", { name: integration.name }));
      await queries.invalidateQueries({ queryKey: ["integrations", "list"] });
      router.history.push("/channels");
    },
  });
  const waiting = waitingOf(remove.error);
  return (
    <>
      {waiting ? (
        <Alert color="yellow" title={t("channels.deleteInUse", waiting)} mb="md">
          <Text>{t("channels.deleteInUseHint")}</Text>
        </Alert>
      ) : (
        <ErrorNotice error={remove.error} />
      )}
      <Group gap="xs">
        <Button
          color="red.8"
          loading={remove.isPending}
          onClick={() => remove.mutate(waiting !== undefined)}
        >
          {waiting ? t("channels.deleteAnyway") : t("common.delete")}
        </Button>
        <Button variant="default" onClick={onCancel} data-autofocus>
          {t("common.cancel")}
        </Button>
      </Group>
    </>
  );
}

/** What a refused deletion says still waits; nothing when it was refused for another reason. */
function waitingOf(error: Error | null): { queued: string; underWay: string } | undefined {
  if (!(error instanceof ApiError) || error.code !== "integration.in.use") return undefined;
  const { queued = "0", underWay = "0" } = error.params;
  return { queued, underWay };
}
