// The quiet hours that hold for a campaign without its own, in a sentence.
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { QuietHours } from "../types";
import { settingsQuery } from "./queries";

export function EffectiveQuiet() {
  const { data } = useQuery({ ...settingsQuery, retry: false });
  const words = useQuietWords();
  if (!data) return null;
  return <Text c="dimmed">{words(data.quietHours)}</Text>;
}

function useQuietWords(): (quiet: QuietHours | undefined) => string {
  const { t, i18n } = useTranslation();
  return (quiet) => {
    const days = (quiet?.days ?? []).map((day) => t(`campaigns.days.${day as "monday"}`));
    const { from, to, timeZone: zone } = quiet ?? {};
    if (!from && days.length === 0) return t("campaigns.quiet.effective.none");
    const listed = new Intl.ListFormat(i18n.language).format(days);
    const clock = quiet?.timeZoneFromNumber === false ? "zone" : "number";
    return [
      from && t("campaigns.quiet.effective.hours", { from, to }),
      days.length > 0 && t("campaigns.quiet.effective.days", { days: listed }),
      zone && t(`campaigns.quiet.effective.${clock}`, { zone }),
    ]
      .filter(Boolean)
      .join(" ");
  };
}
