// The columns of the interactions list.
import { Text } from "@mantine/core";
import { ArrowDownLeft, ArrowUpRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Interaction } from "@/api/types";
import type { Column } from "@/components/DataList";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { StatusTick } from "@/components/StatusTick";
import { Why } from "@/components/Why";
import { useWord } from "@/components/words";

type InteractionColumn = Column<Interaction>;

export function useInteractionColumns(): InteractionColumn[] {
  return [...useMessageColumns(), ...useConversationColumns(), useTimeColumn()];
}

function useMessageColumns(): InteractionColumn[] {
  const { t } = useTranslation();
  return [
    {
      id: "customer",
      header: t("interactions.customer"),
      width: 180,
      narrow: true,
      render: (row) => row.customer.name || row.customer.address,
    },
    {
      id: "message",
      header: t("interactions.lastMessage"),
      render: (row) => <LastMessage row={row} />,
    },
    {
      id: "status",
      header: t("interactions.status"),
      width: 176,
      narrow: 122,
      render: (row) => <Status row={row} />,
    },
    {
      id: "template",
      header: t("interactions.template"),
      width: 164,
      render: (row) => row.lastMessage?.templateName,
    },
  ];
}

function useConversationColumns(): InteractionColumn[] {
  const { t } = useTranslation();
  const word = useWord();
  const figures = useFigures();
  return [
    {
      id: "number",
      header: t("interactions.number"),
      width: 136,
      render: (row) => row.integration?.name,
    },
    {
      id: "agent",
      header: t("interactions.agent"),
      width: 140,
      render: (row) => <Agent row={row} />,
    },
    {
      id: "initiator",
      header: t("interactions.initiator"),
      width: 110,
      hidden: true,
      render: (row) => word("initiator", row.initiator),
    },
    {
      id: "state",
      header: t("interactions.state"),
      width: 120,
      hidden: true,
      render: (row) => word("interactionState", row.state),
    },
    {
      id: "address",
      header: t("interactions.address"),
      width: 150,
      hidden: true,
      render: (row) => row.customer.address,
    },
    {
      id: "count",
      header: t("interactions.messages"),
      width: 100,
      align: "end",
      hidden: true,
      render: (row) => figures.number(row.messageCount),
    },
  ];
}

function useTimeColumn(): InteractionColumn {
  const { t } = useTranslation();
  return {
    id: "time",
    header: t("interactions.time"),
    width: 130,
    narrow: 92,
    render: (row) => <RelativeTime time={row.lastMessageTime ?? row.startTime} />,
  };
}

function LastMessage({ row }: { row: Interaction }) {
  const Arrow = row.lastMessage?.direction === "inbound" ? ArrowDownLeft : ArrowUpRight;
  if (!row.lastMessage) return null;
  return (
    <Text span c="dimmed" inherit>
      <Arrow size={14} aria-hidden style={{ verticalAlign: "-2px", marginInlineEnd: 6 }} />
      {row.lastMessage.text}
    </Text>
  );
}

/** Who has it, or in grey who talked in it last. */
function Agent({ row }: { row: Interaction }) {
  const { t } = useTranslation();
  if (!row.owner) {
    return (
      <Text span c="dimmed" inherit>
        {row.lastAgent?.name}
      </Text>
    );
  }
  const name = row.owner.name ?? "";
  return row.ownerState === "alerting" ? t("interactions.offeredTo", { name }) : name;
}

function Status({ row }: { row: Interaction }) {
  const message = row.lastMessage;
  if (!message) return null;
  return (
    <>
      <StatusTick status={message.status} withWord />{" "}
      <Why code={message.errorCode} message={message.errorText} since={message.time} />
    </>
  );
}
