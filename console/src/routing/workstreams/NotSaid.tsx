// What the workstream could not say by itself lately: how often for which reason, and the latest.
import { Anchor, List } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { NotSaidRow } from "@/components/NotSaidRow";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { useReason, type Unsaid } from "@/components/unsaid";
import { TRIGGERS } from "./MessageFields";
import { unsaidQuery } from "./queries";
import type { Trigger } from "./values";

export function NotSaid({ workstreamId }: { workstreamId: string }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const reason = useReason();
  const { data } = useQuery(unsaidQuery(workstreamId));
  if (!data?.total) return null;
  return (
    <div style={{ maxWidth: 640, marginTop: 32 }}>
      <Section
        title={`${t("unsaid.title")}: ${t("unsaid.total", { count: data.total })}`}
        hint={t("unsaid.hint")}
      >
        <List mb="md">
          {data.reasons.map((each) => (
            <List.Item key={each.errorCode}>
              {figures.number(each.count)} · {reason(each)}
            </List.Item>
          ))}
        </List>
        {data.entities.map((unsaid) => (
          <Row key={unsaid.id} unsaid={unsaid} />
        ))}
      </Section>
    </div>
  );
}

const isTrigger = (word: string): word is Trigger => TRIGGERS.some((each) => each === word);

function Row({ unsaid }: { unsaid: Unsaid }) {
  const { t } = useTranslation();
  const occasion = isTrigger(unsaid.trigger)
    ? t(`workstreams.triggers.${unsaid.trigger}`)
    : t("workstreams.survey");
  return (
    <NotSaidRow
      unsaid={unsaid}
      head={
        <>
          {occasion} ·{" "}
          <Anchor component={Link} to={`/interactions/${unsaid.conversationId}`}>
            {unsaid.customerName ?? unsaid.address}
          </Anchor>{" "}
          · <RelativeTime time={unsaid.time} />
        </>
      }
    />
  );
}
