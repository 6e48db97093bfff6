// A button that opens a sheet in which files of what is on the page are ordered and fetched.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { SideSheet } from "@/components/SideSheet";
import { Files } from "./Files";
import { OrderButtons } from "./OrderButtons";
import type { ExportSource } from "./source";

interface Props {
  source: ExportSource;
  label: string;
}

export function ExportSheet({ source, label }: Props) {
  const { t } = useTranslation();
  const [isOpen, sheet] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={sheet.open}>
        {label}
      </Button>
      <SideSheet title={label} isOpen={isOpen} onClose={sheet.close}>
        <Stack gap="lg">
          <Text c="dimmed">{t("contacts.export.hint")}</Text>
          <Group gap="xs">
            <OrderButtons source={source} />
          </Group>
          <Files source={source} />
        </Stack>
      </SideSheet>
    </>
  );
}
