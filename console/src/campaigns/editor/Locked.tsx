// Why a field cannot be changed now, in words under it.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Lock } from "./values";

export function Locked({ reason }: { reason: Lock | undefined }) {
  const { t } = useTranslation();
  if (!reason) return null;
  return (
    <Text size="xs" c="dimmed" mt={4}>
      {t(`campaigns.locked.${reason}`)}
    </Text>
  );
}
