// Asks once more before what cannot be taken back: a new run, a deletion.
import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Deed } from "./actions";

interface Props {
  deed: Deed;
  name: string;
  onClose: () => void;
  onYes: () => void;
}

export function Question({ deed, name, onClose, onYes }: Props) {
  const { t } = useTranslation();
  const which = deed === "delete" ? "delete" : "recycle";
  const confirm = () => {
    onClose();
    onYes();
  };
  return (
    <Modal opened onClose={onClose} title={name} withCloseButton={false}>
      <Text>{t(`campaigns.ask.${which}`)}</Text>
      <Group mt="md" gap="xs">
        <Button color={which === "delete" ? "red.8" : undefined} onClick={confirm}>
          {t(`campaigns.do.${which}`)}
        </Button>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("common.cancel")}
        </Button>
      </Group>
    </Modal>
  );
}
