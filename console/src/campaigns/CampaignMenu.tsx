// What may be done with a campaign, behind three dots; what cannot be undone is asked about.
import { ActionIcon, Menu } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { Copy, Ellipsis, Pencil, Play, Recycle, Square, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useAllowed, useDeeds, type Deed } from "./actions";

// Asked for rarely, so that the list does not wait for it.
const Question = lazy(async () => ({ default: (await import("./Question")).Question }));

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
      {asked && (
        <Suspense fallback={null}>
          <Question
            deed={asked}
            name={name}
            onClose={() => setAsked(null)}
            onYes={() => deeds.run({ id, deed: asked })}
          />
        </Suspense>
      )}
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
