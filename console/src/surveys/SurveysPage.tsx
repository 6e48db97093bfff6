// What customers answered after conversations: how the ratings spread, by whom or what, and each.
import { Group, SegmentedControl, Skeleton, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Page } from "@/components/Page";
import { useSearchState } from "@/components/search";
import { Answers } from "./Answers";
import { maySurveys } from "./permissions";
import { GROUPS, sumsQuery, totalOf, type Group as GroupBy, type Span } from "./queries";
import { Spread } from "./Spread";
import { SumsTable } from "./SumsTable";

const USUAL_DAYS = 29;
const LONGEST_DAYS = 91;

export function SurveysPage() {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const { values } = useSearchState();
  const span = { from: values.from ?? daysBefore(USUAL_DAYS), to: values.to ?? daysBefore(0) };
  const groupBy = GROUPS.find((each) => each === values.groupBy) ?? "workstream";
  const seesSums = isAllowed(maySurveys.viewSums);
  return (
    <Page title={t("surveys.title")} bar={<Controls span={span} groupBy={groupBy} />}>
      <Stack gap="xl">
        {seesSums && <Sums span={span} groupBy={groupBy} />}
        {isAllowed(maySurveys.view) && <Answers span={span} />}
      </Stack>
    </Page>
  );
}

/** A day of the calendar on the person's own wall, some days ago. */
function daysBefore(days: number, from = new Date()): string {
  const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() - days);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function Controls({ span, groupBy }: { span: Span; groupBy: GroupBy }) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  const earliest = daysBefore(LONGEST_DAYS, new Date(`${span.to}T00:00`));
  return (
    <Group gap="md" align="end">
      <TextInput
        type="date"
        label={t("filter.from")}
        value={span.from}
        min={earliest}
        max={span.to}
        onChange={(event) => set({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("filter.to")}
        value={span.to}
        min={span.from}
        onChange={(event) => set({ to: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label={t("surveys.groupBy")}
        data={GROUPS.map((value) => ({ value, label: t(`surveys.groups.${value}`) }))}
        value={groupBy}
        onChange={(next) => set({ groupBy: next })}
      />
    </Group>
  );
}

function Sums({ span, groupBy }: { span: Span; groupBy: GroupBy }) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(sumsQuery(span, groupBy));
  const total = totalOf(data?.groups ?? []);
  return (
    <>
      <ErrorNotice error={error} retry={() => void refetch()} />
      {isPending && <Skeleton h={200} />}
      {data && total.asked === 0 && <Empty text={t("surveys.empty")} />}
      {data && total.asked > 0 && (
        <>
          <Spread total={total} />
          <SumsTable sums={data.groups} groupBy={groupBy} />
        </>
      )}
    </>
  );
}
