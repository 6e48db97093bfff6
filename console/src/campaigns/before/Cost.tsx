// What a run would cost by the organization's own prices, country by country.
import { Anchor, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { Section } from "@/components/Section";
import { useWord } from "@/components/words";
import type { Campaign, Forecast } from "../types";
import { useCountry, useMoney } from "../money";
import { forecastQuery } from "./queries";

const SHOWN = 8;

export function Cost({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { data, error } = useQuery(forecastQuery(campaign.id, campaign.version));
  return (
    <Section title={t("campaigns.cost.title")} hint={t("campaigns.cost.hint")}>
      <ErrorNotice error={error} />
      {!data && !error && <Skeleton h={100} />}
      {data && <Sums forecast={data} />}
    </Section>
  );
}

function Sums({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const word = useWord();
  const figures = useFigures();
  const money = useMoney(forecast.currency);
  const mayPrice = useMay()(may.editOutboundSettings);
  const { unpriced, contacts, countries } = forecast;
  return (
    <>
      {unpriced < contacts && (
        <Text size="xl" fw={600} className="figures">
          {money(forecast.cost)}
        </Text>
      )}
      <Text c="dimmed">
        {t("campaigns.cost.messages", {
          number: figures.number(contacts),
          category: word("category", forecast.category),
        })}
      </Text>
      {unpriced > 0 && (
        <Text c="var(--warn)" mt={4}>
          {t("campaigns.cost.unpriced", { number: figures.number(unpriced) })}{" "}
          {mayPrice && (
            <Anchor component={Link} to="/campaigns/settings">
              {t("campaigns.cost.setPrices")}
            </Anchor>
          )}
        </Text>
      )}
      <Countries countries={countries} currency={forecast.currency} />
    </>
  );
}

function Countries({ countries, currency }: Pick<Forecast, "countries" | "currency">) {
  const { t } = useTranslation();
  const figures = useFigures();
  const money = useMoney(currency);
  const country = useCountry();
  if (countries.length === 0) return null;
  return (
    <Table mt="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("campaigns.cost.country")}</Table.Th>
          <Table.Th ta="end">{t("campaigns.cost.count")}</Table.Th>
          <Table.Th ta="end">{t("campaigns.cost.price")}</Table.Th>
          <Table.Th ta="end">{t("campaigns.cost.sum")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {countries.slice(0, SHOWN).map((each) => (
          <Table.Tr key={each.country}>
            <Table.Td>{country(each.country)}</Table.Td>
            <Table.Td ta="end">{figures.number(each.contacts)}</Table.Td>
            <Table.Td ta="end">{money(each.price)}</Table.Td>
            <Table.Td ta="end">{money(each.cost)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      {countries.length > SHOWN && (
        <Table.Caption>
          {t("campaigns.cost.more", { count: countries.length - SHOWN })}
        </Table.Caption>
      )}
    </Table>
  );
}
