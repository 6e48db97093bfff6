// The wrap-up codes that a queue offers to its people.
import { Button, Group, MultiSelect, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RemoveButton } from "@/components/RemoveButton";
import { codeChoicesQuery } from "./codes";
import { mayRouting } from "./permissions";
import { offerCodes, queueCodesQuery, withdrawCode } from "./queries";
import classes from "./Routing.module.css";
import type { WrapupCode } from "./types";

export function CodesTab({ queueId }: { queueId: string }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(queueCodesQuery(queueId));
  const codes = data?.entities ?? [];
  return (
    <Stack gap="lg" maw={640}>
      <Text c="dimmed">{t("codes.ofQueueHint")}</Text>
      <ErrorNotice error={error} />
      {isPending && <Skeleton h={80} />}
      {data && codes.length === 0 && <Text>{t("codes.none")}</Text>}
      <div>
        {codes.map((code) => (
          <Offered key={code.id} queueId={queueId} code={code} />
        ))}
      </div>
      {data && <Offer queueId={queueId} offered={codes} />}
    </Stack>
  );
}

function Offered({ queueId, code }: { queueId: string; code: WrapupCode }) {
  const { t } = useTranslation();
  const mayEdit = useMay()(mayRouting.editQueue);
  const withdraw = useAction(() => withdrawCode(queueId, code.id), {
    renew: [queueCodesQuery(queueId).queryKey],
  });
  return (
    <Group className={classes.row} justify="space-between" wrap="nowrap">
      <div>
        <Text>{code.name}</Text>
        {code.description && (
          <Text size="sm" c="dimmed">
            {code.description}
          </Text>
        )}
      </div>
      {mayEdit && (
        <RemoveButton
          loading={withdraw.isPending}
          label={t("codes.withdraw", { name: code.name })}
          onClick={() => withdraw.mutate(undefined)}
        />
      )}
    </Group>
  );
}

function Offer({ queueId, offered }: { queueId: string; offered: WrapupCode[] }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const isOpen = isAllowed(mayRouting.editQueue) && isAllowed(mayRouting.viewCodes);
  const all = useQuery({ ...codeChoicesQuery, enabled: isOpen }).data?.entities ?? [];
  const [ids, setIds] = useState<string[]>([]);
  const offer = useAction(() => offerCodes(queueId, ids), {
    renew: [queueCodesQuery(queueId).queryKey],
    after: () => setIds([]),
  });
  const others = all.filter(({ id }) => !offered.some((each) => each.id === id));
  if (!isOpen || others.length === 0) return null;
  return (
    <Group align="end" gap="xs">
      <MultiSelect
        label={t("codes.title")}
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        value={ids}
        onChange={setIds}
        searchable
        hidePickedOptions
        maxValues={50}
        style={{ flex: 1 }}
      />
      <Button
        variant="default"
        disabled={ids.length === 0}
        loading={offer.isPending}
        onClick={() => offer.mutate(undefined)}
      >
        {t("codes.offer")}
      </Button>
    </Group>
  );
}
