// The keys the console knows.
import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { mayDesk } from "@/desk/permissions";

const KEYS = [
  ["palette", ["Ctrl / ⌘", "K"]],
  ["next", ["J"]],
  ["previous", ["K"]],
  ["open", ["Enter"]],
  ["close", ["Esc"]],
  ["help", ["?"]],
] as const;
const DESK_KEYS = [
  ["accept", ["A"]],
  ["decline", ["D"]],
  ["write", ["R"]],
  ["note", ["N"]],
  ["consult", ["C"]],
  ["transfer", ["T"]],
  ["end", ["E"]],
  ["start", ["W"]],
] as const;

export default function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const keys = useMay()(mayDesk.work) ? [...KEYS, ...DESK_KEYS] : KEYS;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("shell.keys")}
      size="sm"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack gap="xs">
        {keys.map(([id, keys]) => (
          <Group key={id} justify="space-between">
            <Text>{t(`keys.${id}`)}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
