// How many numbers are on a list; putting pasted ones on it, or taking them off.
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { Section } from "@/components/Section";
import { mayContacts } from "@/contacts/permissions";
import { Entries } from "./Entries";
import { holdsNumbers, useHeld } from "./held";
import { changeNumbers, clearNumbers, DNC_KEY, numbersIn, type Change } from "./queries";
import type { DncList } from "./types";

export function NumbersTab({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const held = useHeld();
  const mayView = useMay()(mayContacts.viewDnc);
  return (
    <Stack gap="xl" maw={640}>
      <Facts
        facts={[
          [t("dnc.size"), figures.number(list.size ?? 0)],
          [t("dnc.holds"), held(list)],
          [t("dnc.collects"), list.collectsOptOuts ? t("common.yes") : undefined],
          [t("contacts.division"), list.division.name],
        ]}
      />
      {mayView && <Entries list={list} />}
      <Paste list={list} />
      <Clear list={list} />
    </Stack>
  );
}

function Paste({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const [text, setText] = useState("");
  const numbers = numbersIn(text);
  const add = useChange(list, "Add", () => setText(""));
  const remove = useChange(list, "Remove", () => setText(""));
  if (!holdsNumbers(list)) return <Text c="dimmed">{t("dnc.noNumbersHere")}</Text>;
  if (!isAllowed(mayContacts.editDnc)) return <Text c="dimmed">{t("dnc.readOnly")}</Text>;
  const refused = [add.error, remove.error].find((error) => error instanceof ApiError);
  const count = numbers.length;
  return (
    <Section title={t("dnc.change")}>
      <Stack gap="sm">
        <Textarea
          label={t("dnc.numbers")}
          description={t("dnc.numbersHint")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={4}
          maxRows={14}
          error={refused?.message}
        />
        <Group gap="xs">
          <Button
            disabled={count === 0}
            loading={add.isPending}
            onClick={() => add.mutate(numbers)}
          >
            {t("dnc.addNumbers")}
          </Button>
          <Button
            variant="default"
            disabled={count === 0}
            loading={remove.isPending}
            onClick={() => remove.mutate(numbers)}
          >
            {t("dnc.removeNumbers")}
          </Button>
          {count > 0 && (
            <Text c="dimmed" className="figures" aria-live="polite">
              {t("dnc.found", { count })}
            </Text>
          )}
        </Group>
      </Stack>
    </Section>
  );
}

function useChange(list: DncList, change: Change, after: () => void) {
  const { t } = useTranslation();
  return useAction((numbers: string[]) => changeNumbers(list.id, change, numbers), {
    done: (count) => t(change === "Add" ? "dnc.added" : "dnc.removed", { count }),
    renew: [DNC_KEY],
    after,
  });
}

function Clear({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const clear = useAction(() => clearNumbers(list.id), { renew: [DNC_KEY] });
  if (!useMay()(mayContacts.clearDnc) || !holdsNumbers(list) || !list.size) return null;
  return (
    <Group>
      <Confirm
        question={t("dnc.clearAsk", { name: list.name })}
        verb={t("common.remove")}
        onConfirm={() => clear.mutate(undefined)}
        loading={clear.isPending}
      >
        {t("dnc.clear")}
      </Confirm>
    </Group>
  );
}
