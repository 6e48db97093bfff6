// The sheet in which files are ordered and fetched; it comes when it is first opened.
import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SideSheet } from "@/components/SideSheet";
import { Files } from "./Files";
import { OrderButtons } from "./OrderButtons";
import type { ExportSource } from "./source";

interface Props {
  source: ExportSource;
  label: string;
  isOpen: boolean;
  onClose: () => void;
}

export default function FilesSheet({ source, label, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={label} isOpen={isOpen} onClose={onClose}>
      <Stack gap="lg">
        <Text c="dimmed">{t("contacts.export.hint")}</Text>
        <Group gap="xs">
          <OrderButtons source={source} />
        </Group>
        <Files source={source} />
      </Stack>
    </SideSheet>
  );
}
