// What is known of the customer: addresses, consent, the window, what came before, attributes.
import { Anchor, Button, CloseButton, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { useWord } from "@/components/words";
import { ConsentMark } from "@/consent/status";
import { AttributesForm } from "./AttributesForm";
import { CustomerLanguage } from "./CustomerLanguage";
import classes from "./FactsPane.module.css";
import { mayDesk } from "./permissions";
import { consentQuery, historyQuery, useConversation, useThread } from "./queries";
import { lastWords } from "./standing";
import type { Conversation } from "./types";

export function FactsPane({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data } = useConversation(id);
  return (
    <aside className={classes.pane} aria-label={t("desk.facts.title")}>
      <CloseButton className={classes.close} aria-label={t("common.close")} onClick={onClose} />
      {data && <Content conversation={data} />}
    </aside>
  );
}

function Content({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const { address } = conversation;
  return (
    <>
      <Customer conversation={conversation} />
      {isAllowed(may.viewConsent) && <Consent address={address} />}
      <Attributes key={conversation.id} conversation={conversation} />
      {isAllowed(mayDesk.seeOthers) && (
        <Part title={t("desk.facts.history")}>
          <History conversation={conversation} />
        </Part>
      )}
    </>
  );
}

function Customer({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { customer, address, integration, queue, windowClosesTime } = conversation;
  const known = useThread(conversation.id).data?.customer.addresses?.map(({ value }) => value);
  return (
    <Part title={t("desk.facts.customer")}>
      <Facts
        facts={[
          [t("desk.facts.name"), customer.name],
          [
            t("desk.facts.address"),
            (known?.length ? known : [address]).map((each) => <Text key={each}>{each}</Text>),
          ],
          [
            t("desk.facts.language"),
            <CustomerLanguage key="language" conversationId={conversation.id} />,
          ],
          [t("desk.facts.via"), integration.name],
          [t("desk.facts.queue"), queue?.name],
          [t("desk.facts.owner"), conversation.owner?.name],
          [t("desk.facts.window"), windowClosesTime && <RelativeTime time={windowClosesTime} />],
          [t("desk.facts.started"), figures.exact(conversation.startTime)],
        ]}
      />
    </Part>
  );
}

function Consent({ address }: { address: string }) {
  const { t } = useTranslation();
  const word = useWord();
  const consents = useQuery(consentQuery(address)).data?.entities.filter(
    (each) => each.address.replace(/\D/g, "") === address.replace(/\D/g, ""),
  );
  return (
    <Part title={t("desk.facts.consent")}>
      {consents?.length === 0 && <Text c="dimmed">{t("desk.facts.noConsent")}</Text>}
      <Facts
        facts={(consents ?? []).map((each) => [
          word("category", each.category),
          <ConsentMark key={each.id} state={each.state} />,
        ])}
      />
    </Part>
  );
}

function Attributes({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const [isOpen, form] = useDisclosure(false);
  const attributes = Object.entries(conversation.attributes ?? {});
  return (
    <Part title={t("desk.facts.attributes")}>
      {isOpen ? (
        <AttributesForm conversation={conversation} onDone={form.close} />
      ) : (
        <>
          <Facts
            facts={[
              [t("desk.facts.tag"), conversation.externalTag],
              ...attributes.map(([name, value]): [string, ReactNode] => [name, value]),
            ]}
          />
          <Button size="compact-xs" variant="subtle" onClick={form.open}>
            {t("desk.facts.change")}
          </Button>
        </>
      )}
    </Part>
  );
}

function History({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const earlier = useQuery(historyQuery(conversation.address)).data?.entities.filter(
    (each) => each.conversationId !== conversation.id,
  );
  if (!earlier) return null;
  if (earlier.length === 0) return <Text c="dimmed">{t("desk.facts.noHistory")}</Text>;
  return (
    <ul className={classes.history}>
      {earlier.map((each) => (
        <li key={each.conversationId}>
          <Anchor
            component={Link}
            to="/desk"
            search={{ tab: "team", c: each.conversationId } as never}
            className={classes.earlier}
          >
            <span className={classes.said}>{lastWords(each)?.text ?? t("desk.facts.noText")}</span>
            <Text span size="xs" c="dimmed">
              {each.integration.name} · <RelativeTime time={each.lastMessageTime} />
            </Text>
          </Anchor>
        </li>
      ))}
    </ul>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      {children}
    </section>
  );
}
