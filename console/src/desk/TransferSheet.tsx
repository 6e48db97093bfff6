// Passing a conversation on: to a queue, or to somebody of it.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useTransfer, type At } from "./deeds";
import { mayDesk } from "./permissions";
import { WhomSheet } from "./WhomSheet";

interface Props {
  at: At;
  isOpen: boolean;
  onClose: () => void;
  /** It is passed on. */
  onDone: () => void;
}

export function TransferSheet({ at, isOpen, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const transfer = useTransfer(t("desk.transfer.done"), onDone);
  const seesMembers = useMay()(mayDesk.seeMembers);
  return (
    <WhomSheet
      title={t("desk.transfer.title")}
      isOpen={isOpen}
      onClose={onClose}
      personHint={seesMembers ? t("desk.transfer.personHint") : undefined}
      verb={t("desk.transfer.verb")}
      isSending={transfer.isPending}
      onSend={({ queueId, userId }) =>
        transfer.mutate({ where: at, ...(userId ? { userId } : { queueId }) })
      }
    >
      {({ userId }) => (
        <Text c="dimmed" size="xs">
          {userId ? t("desk.transfer.toPerson") : t("desk.transfer.toQueue")}
        </Text>
      )}
    </WhomSheet>
  );
}
