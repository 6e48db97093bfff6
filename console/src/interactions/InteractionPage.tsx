// One conversation: the thread, and for the open message its timeline and exchange log.
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { InteractionDetail } from "@/api/types";
import { DetailPage } from "@/components/DetailPage";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { NotSaidRow } from "@/components/NotSaidRow";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { StateMark } from "@/components/StateMark";
import { useSearchState } from "@/components/search";
import type { Unsaid } from "@/components/unsaid";
import { useWord } from "@/components/words";
import { MessagePanel } from "./MessagePanel";
import { interactionQuery } from "./queries";
import { Thread } from "./Thread";

export function InteractionPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { values, set } = useSearchState();
  const { data, error, isPending } = useQuery(interactionQuery(id, values.before));
  const open = data?.messages.find((message) => message.id === values.message);
  return (
    <DetailPage
      back={{ to: "/interactions", label: t("interactions.title") }}
      title={data && (data.customer.name || data.customer.address)}
      status={data && <Status interaction={data} />}
      facts={data && <InteractionFacts interaction={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <Older interaction={data} />}
      {data && (
        <Thread
          messages={data.messages}
          openId={open?.id}
          onOpen={(message) => set({ message: message.id }, { push: true })}
        />
      )}
      {data?.unsaid && !values.before && <NotSaid unsaid={data.unsaid} />}
      {open && (
        <MessagePanel message={open} onClose={() => set({ message: undefined, tab: undefined })} />
      )}
    </DetailPage>
  );
}

/** A long conversation comes in parts; this leads to the earlier ones and back. */
function Older({ interaction }: { interaction: InteractionDetail }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const next = interaction.messagesNextUri;
  const before = next && new URL(next, "http://host").searchParams.get("messagesAfter");
  if (!before && !values.before) return null;
  return (
    <Group gap="xs" mb="sm">
      {before && (
        <Button size="xs" variant="default" onClick={() => set({ before }, { push: true })}>
          {t("interactions.earlier")}
        </Button>
      )}
      {values.before && (
        <Button size="xs" variant="default" onClick={() => set({ before: undefined })}>
          {t("interactions.newest")}
        </Button>
      )}
    </Group>
  );
}

/** What the workstream could not say by itself. */
function NotSaid({ unsaid }: { unsaid: Unsaid[] }) {
  const { t } = useTranslation();
  return (
    <Section title={t("unsaid.label")}>
      {unsaid.map((each) => (
        <NotSaidRow key={each.id} unsaid={each} head={<RelativeTime time={each.time} />} />
      ))}
    </Section>
  );
}

function Status({ interaction }: { interaction: InteractionDetail }) {
  const word = useWord();
  return (
    <StateMark tone={interaction.state === "disconnected" ? "quiet" : "good"}>
      {word("interactionState", interaction.state)}
    </StateMark>
  );
}

function InteractionFacts({ interaction }: { interaction: InteractionDetail }) {
  const { t } = useTranslation();
  const word = useWord();
  const figures = useFigures();
  const { customer, window } = interaction;
  const addresses = customer.addresses?.map(({ kind, value }) => (
    <Text key={kind + value}>{value}</Text>
  ));
  return (
    <Facts
      facts={[
        [t("interactions.customer"), customer.name],
        [t("interactions.address"), addresses?.length ? addresses : customer.address],
        [t("interactions.window"), window && <Window window={window} />],
        [t("interactions.number"), interaction.integration?.name],
        [t("interactions.initiator"), word("initiator", interaction.initiator)],
        [t("interactions.started"), figures.exact(interaction.startTime)],
        [t("interactions.ended"), figures.exact(interaction.endTime)],
        [t("interactions.messages"), figures.number(interaction.messageCount)],
      ]}
    />
  );
}

function Window({ window }: { window: NonNullable<InteractionDetail["window"]> }) {
  const { t } = useTranslation();
  return (
    <>
      {window.open ? t("interactions.windowOpen") : t("interactions.windowClosed")}{" "}
      <RelativeTime time={window.closesAt} />
    </>
  );
}
