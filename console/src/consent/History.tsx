// Every change of one number's consent, newest first.
import { Button, Skeleton, Stack, Text, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Consent } from "@/api/types";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { useSearchState } from "@/components/search";
import { useWord } from "@/components/words";
import { historyQuery } from "./queries";
import { ConsentMark } from "./status";

export function History({ address }: { address: string }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(historyQuery(address));
  const { set } = useSearchState();
  const mayRecord = useMay()(may.addConsent);
  if (isPending) return <Skeleton h={120} />;
  if (error) return <ErrorNotice error={error} />;
  return (
    <Stack gap="lg">
      <Timeline bulletSize={14} lineWidth={2}>
        {data.entities.map((change, at) => (
          <Change key={`${change.id}${at}`} change={change} />
        ))}
      </Timeline>
      {mayRecord && (
        <Button variant="default" onClick={() => set({ sheet: "record" })}>
          {t("consent.change")}
        </Button>
      )}
    </Stack>
  );
}

function Change({ change }: { change: Consent }) {
  const word = useWord();
  const figures = useFigures();
  return (
    <Timeline.Item title={<ConsentMark state={change.state} />}>
      <Text>
        {word("category", change.category)} · {word("consentSource", change.source)}
      </Text>
      {change.evidence && <Text c="dimmed">{change.evidence}</Text>}
      <Text size="xs" c="dimmed" className="figures">
        {figures.exact(change.changedTime)}
      </Text>
    </Timeline.Item>
  );
}
