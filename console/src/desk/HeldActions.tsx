// What an agent does with the conversation they have: ask a colleague, pass it on, park it, end it.
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { CircleCheck, Forward, PauseCircle, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useSearchState } from "@/components/search";
import { useChangePart, type At } from "./deeds";
import { mayDesk } from "./permissions";
import { ToolButton } from "./tools";

const HOUR_MS = 60 * 60_000;

export function HeldActions({ at }: { at: At }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const { set } = useSearchState();
  const end = useEnd();
  return (
    <>
      {isAllowed(mayDesk.consult) && isAllowed(mayDesk.seeMembers) && (
        <ToolButton label={t("desk.consult.verb")} onClick={() => set({ sheet: "consult" })}>
          <Users size={18} />
        </ToolButton>
      )}
      {isAllowed(mayDesk.transfer) && (
        <ToolButton label={t("desk.transfer.verb")} onClick={() => set({ sheet: "transfer" })}>
          <Forward size={18} />
        </ToolButton>
      )}
      {isAllowed(mayDesk.park) && <ParkMenu at={at} />}
      {isAllowed(mayDesk.end) && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<CircleCheck size={15} aria-hidden />}
          loading={end.isPending}
          onClick={() => end.mutate(at)}
        >
          {t("desk.end")}
        </Button>
      )}
    </>
  );
}

/** End the conversation; where the queue leaves it open, a wrap-up is asked for. */
export function useEnd() {
  return useChangePart({ state: "disconnected", afterCallWork: true });
}

/** Until when a conversation is parked: the customer's message brings it back before that. */
function ParkMenu({ at }: { at: At }) {
  const { t } = useTranslation();
  const park = useChangePart({ state: "parked" });
  const parkAnHour = useChangePart(() => ({
    state: "parked",
    resumeTime: new Date(Date.now() + HOUR_MS).toISOString(),
  }));
  const parkADay = useChangePart(() => ({
    state: "parked",
    resumeTime: new Date(Date.now() + 24 * HOUR_MS).toISOString(),
  }));
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Tooltip label={t("desk.park.verb")}>
          <ActionIcon variant="subtle" color="gray" aria-label={t("desk.park.verb")}>
            <PauseCircle size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("desk.park.label")}</Menu.Label>
        <Menu.Item onClick={() => park.mutate(at)}>{t("desk.park.open")}</Menu.Item>
        <Menu.Item onClick={() => parkAnHour.mutate(at)}>{t("desk.park.hour")}</Menu.Item>
        <Menu.Item onClick={() => parkADay.mutate(at)}>{t("desk.park.day")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
