// Offers: who, what, how long they wait, and how long one has to decide. Announced to the ear, to
// screen readers, and by the browser when the person looks elsewhere.
import { Button, Group, Text } from "@mantine/core";
import { Bell, BellRing } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/components/RelativeTime";
import { mayAskToNotify, notify, ring } from "./attention";
import { useAcceptAndOpen } from "./accepting";
import { useDecline } from "./deeds";
import classes from "./OfferBar.module.css";
import type { Offer } from "./offers";
import { useThread } from "./queries";
import { lastWords, queuedSince } from "./standing";
import { clockOf, useSecondsLeft } from "./countdown";

export default function OfferBar({ offers }: { offers: Offer[] }) {
  useAnnounced(offers);
  const words = useWords();
  const first = offers[0];
  const said = first && words(first);
  return (
    <>
      <div className={classes.said} role="alert">
        {said}
      </div>
      {offers.map((offer) => (
        <OneOffer key={offer.part.id} offer={offer} isFirst={offer === first} />
      ))}
    </>
  );
}

function OneOffer({ offer, isFirst }: { offer: Offer; isFirst: boolean }) {
  const { t } = useTranslation();
  const accept = useAcceptAndOpen();
  const decline = useDecline();
  const { conversation, part, at } = offer;
  const messages = useThread(conversation.id).data?.messages;
  const said = messages?.findLast(({ direction }) => direction === "inbound")?.text;
  const asker = part.askedBy?.name;
  return (
    <section className={classes.bar} aria-label={t("deskBar.offer.label", { name: nameOf(offer) })}>
      <BellRing size={20} aria-hidden className={classes.sign} />
      <div className={classes.words}>
        <Text fw={600} truncate>
          {asker ? t("deskBar.offer.asks", { who: asker, name: nameOf(offer) }) : nameOf(offer)}
          {conversation.queue?.name && (
            <Text span c="dimmed">{` · ${conversation.queue.name}`}</Text>
          )}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {part.askedNote || said || lastWords(conversation)?.text} ·{" "}
          <RelativeTime time={asker ? part.startTime : queuedSince(conversation)} />
        </Text>
      </div>
      {part.alertingExpiresTime && <Countdown until={part.alertingExpiresTime} />}
      <Group gap="xs" wrap="nowrap">
        {isFirst && <AskToNotify />}
        <Button
          size="xs"
          variant="default"
          loading={decline.isPending}
          onClick={() => decline.mutate(at)}
        >
          {t("deskBar.offer.decline")}
        </Button>
        <Button size="xs" loading={accept.isPending} onClick={() => accept.mutate(at)}>
          {t("deskBar.offer.accept")}
        </Button>
      </Group>
    </section>
  );
}

function Countdown({ until }: { until: string }) {
  const { t } = useTranslation();
  const seconds = useSecondsLeft(until);
  return (
    <span className={classes.left} title={t("deskBar.offer.left")} role="timer">
      {clockOf(seconds)}
    </span>
  );
}

/** Asks for notifications only where the person presses for it. */
function AskToNotify() {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(mayAskToNotify);
  if (!asks) return null;
  const ask = () => void Notification.requestPermission().then(() => setAsks(mayAskToNotify()));
  return (
    <Button
      size="xs"
      variant="subtle"
      leftSection={<Bell size={14} aria-hidden />}
      className={classes.ask}
      onClick={ask}
    >
      {t("deskBar.offer.notify")}
    </Button>
  );
}

/** Each new offer rings once. */
function useAnnounced(offers: Offer[]) {
  const words = useWords();
  const known = useRef(new Set<string>());
  useEffect(() => {
    for (const offer of offers) {
      if (known.current.has(offer.part.id)) continue;
      known.current.add(offer.part.id);
      ring();
      const text = offer.part.askedNote ?? lastWords(offer.conversation)?.text ?? "";
      notify(words(offer), text, offer.part.id);
    }
  }, [offers, words]);
}

/** What an offer is, in a sentence: a customer waits, or a colleague asks. */
function useWords(): (offer: Offer) => string {
  const { t } = useTranslation();
  return useCallback(
    (offer) => {
      const who = offer.part.askedBy?.name;
      const name = nameOf(offer);
      return who ? t("deskBar.offer.asks", { who, name }) : t("deskBar.offer.said", { name });
    },
    [t],
  );
}

const nameOf = ({ conversation }: Offer) => conversation.customer.name ?? conversation.address;
