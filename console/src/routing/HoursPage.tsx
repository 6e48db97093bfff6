// One set of operating hours, or a new one: its zone, its week and its holidays.
import { Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { ZoneSelect } from "@/campaigns/editor/ZoneSelect";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DetailPage } from "@/components/DetailPage";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useFigures } from "@/components/figures";
import { useNotice } from "@/components/notice";
import { StateMark } from "@/components/StateMark";
import { HolidaysField } from "./HolidaysField";
import {
  addHours,
  areHolidaysFilled,
  changeHours,
  deleteHours,
  evaluationQuery,
  holidaysOf,
  HOURS_KEY,
  hoursQuery,
  intervalsOf,
  isWeekFilled,
  readHours,
  toHolidays,
  weekOf,
  type Holiday,
  type Hours,
  type Week,
} from "./hours";
import { mayRouting } from "./permissions";
import { WeekField } from "./WeekField";

const LIST = "/administration/hours";
type Values = { name: string; timeZone: string; week: Week; holidays: Holiday[] };

export function HoursPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const isNew = id === "new";
  const { data, error, isPending } = useQuery({ ...hoursQuery(id), enabled: !isNew });
  return (
    <DetailPage
      back={{ to: LIST, label: t("hours.title") }}
      title={isNew ? t("hours.add") : data?.name}
      status={data && <Now id={data.id} />}
      actions={data && <Delete hours={data} />}
      isLoading={!isNew && isPending}
      error={error}
    >
      {(isNew || data) && <HoursForm key={id} hours={data} />}
    </DetailPage>
  );
}

/** Whether it is open now, and until when. */
function Now({ id }: { id: string }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { data } = useQuery(evaluationQuery(id));
  if (!data) return null;
  const { state, holiday, dateChanges } = data;
  const isOpen = state === "open";
  const word = isOpen ? t("hours.open") : t("hours.closed");
  return (
    <>
      <StateMark tone={isOpen ? "good" : "quiet"}>
        {holiday ? `${word}: ${holiday}` : word}
      </StateMark>
      {dateChanges && (
        <Text size="sm" c="dimmed">
          {t("hours.until", { time: figures.exact(dateChanges) })}
        </Text>
      )}
    </>
  );
}

function valuesOf(hours: Hours | undefined): Stored<Values> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { name = "", timeZone = zone, week = [], holidays = [], version } = hours ?? {};
  return {
    version,
    values: { name, timeZone, week: weekOf(week), holidays: holidaysOf(holidays) },
  };
}

function useHoursEditor(hours: Hours | undefined) {
  const { t } = useTranslation();
  const notice = useNotice();
  const router = useRouter();
  const queries = useQueryClient();
  const { values, version } = valuesOf(hours);
  return useEditor<Values>({
    initial: values,
    version,
    labels: {
      name: t("hours.name"),
      timeZone: t("hours.zone"),
      week: t("hours.week"),
      holidays: t("hours.holidays"),
    },
    validate: {
      name: (value) => (value.trim() ? null : t("form.required")),
      week: (value) => (isWeekFilled(value) ? null : t("hours.fillIn")),
      holidays: (value) => (areHolidaysFilled(value) ? null : t("hours.fillInHoliday")),
    },
    save: async ({ name, timeZone, week, holidays }, against) => {
      const body = {
        name: name.trim(),
        timeZone,
        week: intervalsOf(week),
        holidays: toHolidays(holidays),
        ...(against !== undefined && { version: against }),
      };
      const stored = hours ? await changeHours(hours.id, body) : await addHours(body);
      await queries.invalidateQueries({ queryKey: HOURS_KEY });
      notice(t("form.saved"));
      if (hours) return valuesOf(stored);
      router.history.push(`${LIST}/${stored.id}`, { ignoreBlocker: true });
    },
    reread: hours && (async () => valuesOf(await readHours(hours.id))),
  });
}

function HoursForm({ hours }: { hours?: Hours }) {
  const isAllowed = useMay();
  const editor = useHoursEditor(hours);
  const { form, labels } = editor;
  const { timeZone, week, holidays } = form.getValues();
  const readOnly = !isAllowed(hours ? mayRouting.editHours : mayRouting.addHours);
  return (
    <EditorForm editor={editor} readOnly={readOnly}>
      <TextInput label={labels.name} autoFocus={!hours} {...form.getInputProps("name")} />
      <ZoneSelect
        label={labels.timeZone}
        value={timeZone}
        onChange={(zone) => form.setFieldValue("timeZone", zone)}
      />
      <WeekField
        label={labels.week}
        value={week}
        onChange={(next) => form.setFieldValue("week", next)}
        error={form.errors.week}
      />
      <HolidaysField
        label={labels.holidays}
        value={holidays}
        onChange={(next) => form.setFieldValue("holidays", next)}
        error={form.errors.holidays}
      />
    </EditorForm>
  );
}

function Delete({ hours }: { hours: Hours }) {
  const { t } = useTranslation();
  const router = useRouter();
  const remove = useAction(deleteHours, {
    renew: [[...HOURS_KEY, "list"]],
    after: () => router.history.push(LIST),
  });
  if (!useMay()(mayRouting.deleteHours)) return null;
  return (
    <Confirm
      question={t("hours.deleteAsk", { name: hours.name })}
      verb={t("common.delete")}
      loading={remove.isPending}
      onConfirm={() => remove.mutate(hours.id)}
    >
      {t("common.delete")}
    </Confirm>
  );
}
