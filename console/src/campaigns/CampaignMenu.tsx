// What may be done with a campaign, behind three dots; what cannot be undone is asked about.
import { ActionIcon, Button, Group, Menu, Modal, Text } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { Copy, Ellipsis, Pencil, Play, Recycle, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useAllowed, useDeeds, type Deed } from "./actions";

interface Props {
  id: string;
  name: string;
  status: string;
}

const SIGNS = { start: Play, stop: Square, recycle: Recycle, delete: Trash2 } as const;
const ASKED: Partial<Record<Deed, true>> = { recycle: true, delete: true };

export function CampaignMenu({ id, name, status }: Props) {
  const { t } = useTranslation();
  const deeds = useDeeds();
  const [asked, setAsked] = useState<Deed | null>(null);
  const choose = (deed: Deed) => (ASKED[deed] ? setAsked(deed) : deeds.run({ id, deed }));
  return (
    <>
      <Menu position="bottom-end" shadow="md" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            loading={deeds.pending !== undefined}
            aria-label={t("campaigns.actionsOf", { name })}
          >
            <Ellipsis size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Entries id={id} status={status} onDeed={choose} />
        </Menu.Dropdown>
      </Menu>
      <Question
        deed={asked}
        name={name}
        onClose={() => setAsked(null)}
        onYes={(deed) => deeds.run({ id, deed })}
      />
    </>
  );
}

interface EntriesProps {
  id: string;
  status: string;
  onDeed: (deed: Deed) => void;
}

function Entries({ id, status, onDeed }: EntriesProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const has = useMay();
  const allowed = useAllowed()(status);
  const entry = (deed: Deed) => {
    const Sign = SIGNS[deed];
    if (!allowed[deed]) return null;
    const color = deed === "delete" ? "red" : undefined;
    return (
      <Menu.Item color={color} leftSection={<Sign size={16} />} onClick={() => onDeed(deed)}>
        {t(`campaigns.do.${deed}`)}
      </Menu.Item>
    );
  };
  const link = (deed: "edit" | "copy", Sign: typeof Copy, href: string) => (
    <Menu.Item leftSection={<Sign size={16} />} onClick={() => router.history.push(href)}>
      {t(`campaigns.do.${deed}`)}
    </Menu.Item>
  );
  return (
    <>
      {entry("start")}
      {entry("stop")}
      {entry("recycle")}
      {has(may.editCampaign) && link("edit", Pencil, `/campaigns/${id}/edit`)}
      {has(may.addCampaign) && link("copy", Copy, `/campaigns/new?copy=${id}`)}
      {entry("delete")}
    </>
  );
}

interface QuestionProps {
  deed: Deed | null;
  name: string;
  onClose: () => void;
  onYes: (deed: Deed) => void;
}

export function Question({ deed, name, onClose, onYes }: QuestionProps) {
  const { t } = useTranslation();
  const which = deed === "delete" ? "delete" : "recycle";
  const confirm = () => {
    onClose();
    if (deed) onYes(deed);
  };
  return (
    <Modal opened={deed !== null} onClose={onClose} title={name} withCloseButton={false}>
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
