// The command palette: any page and the main actions, by name.
import "@mantine/spotlight/styles.layer.css";
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay, type Permission } from "@/api/permissions";
import { useSignOut } from "@/api/session";
import { chooseLanguage, LANGUAGES, type Language } from "@/locales";
import type { Area } from "./areas";

interface Props {
  /** Opens each time this grows. */
  asked: number;
  areas: Area[];
  onKeys: () => void;
}

const ACTIONS: {
  id: "campaign" | "send" | "connect" | "consent" | "person" | "client";
  href: string;
  needs: Permission;
}[] = [
  { id: "campaign", href: "/campaigns/new", needs: may.addCampaign },
  { id: "send", href: "/interactions/send", needs: may.sendNotification },
  { id: "connect", href: "/channels/whatsapp/new", needs: may.addIntegration },
  { id: "consent", href: "/consent?sheet=record", needs: may.addConsent },
  { id: "person", href: "/administration/people/new", needs: may.addPerson },
  { id: "client", href: "/administration/oauth/new", needs: may.addClient },
];

export default function Palette({ asked, areas, onKeys }: Props) {
  const { t } = useTranslation();
  useEffect(() => spotlight.open(), [asked]);
  return (
    <Spotlight
      actions={[
        { group: t("palette.do"), actions: useDeeds() },
        { group: t("palette.go"), actions: usePages(areas) },
        { group: t("palette.settings"), actions: useSettings(onKeys) },
      ]}
      shortcut={null}
      nothingFound={t("palette.nothing")}
      searchProps={{ placeholder: t("palette.search"), "aria-label": t("palette.search") }}
      highlightQuery
      scrollable
      maxHeight={420}
    />
  );
}

function useDeeds(): SpotlightActionData[] {
  const { t } = useTranslation();
  const router = useRouter();
  const isAllowed = useMay();
  return ACTIONS.filter((action) => isAllowed(action.needs)).map((action) => ({
    id: action.id,
    label: t(`palette.actions.${action.id}`),
    onClick: () => router.history.push(action.href),
  }));
}

function usePages(areas: Area[]): SpotlightActionData[] {
  const { t } = useTranslation();
  const router = useRouter();
  return areas.flatMap((area) =>
    area.pages.map((page) => ({
      id: page.href,
      label: t(`pages.${page.id}`),
      description: t(`areas.${area.id}`),
      onClick: () => router.history.push(page.href),
    })),
  );
}

function useSettings(onKeys: () => void): SpotlightActionData[] {
  const { t } = useTranslation();
  const router = useRouter();
  const { toggleColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const languages = Object.entries(LANGUAGES).map(([language, name]) => ({
    id: `language-${language}`,
    label: `${t("shell.language")}: ${name}`,
    onClick: () => void chooseLanguage(language as Language),
  }));
  return [
    {
      id: "profile",
      label: t("profile.title"),
      onClick: () => router.history.push("/profile"),
    },
    { id: "scheme", label: t("palette.scheme"), onClick: toggleColorScheme },
    ...languages,
    { id: "keys", label: t("shell.keys"), onClick: onKeys },
    { id: "sign-out", label: t("shell.signOut"), onClick: () => void signOut() },
  ];
}
