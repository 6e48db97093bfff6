// The person's menu: colour scheme, language, keys, log out.
import { Avatar, Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Check, Keyboard, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSession, useSignOut } from "@/api/session";
import { chooseLanguage, LANGUAGES, type Language } from "@/locales";

const SCHEMES = { light: Sun, dark: Moon, auto: Monitor } as const;

export function PersonMenu({ onKeys }: { onKeys: () => void }) {
  const { t } = useTranslation();
  const user = useSession()?.user;
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton
          aria-label={t("shell.person", { name: user?.name ?? "" })}
          style={{ borderRadius: 16 }}
        >
          <Avatar size={30} name={user?.name} color="teal" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user?.email ?? user?.name}</Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<UserRound size={16} />}>
          {t("profile.title")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("shell.scheme")}</Menu.Label>
        <SchemeItems />
        <Menu.Divider />
        <Menu.Label>{t("shell.language")}</Menu.Label>
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item leftSection={<Keyboard size={16} />} onClick={onKeys}>
          {t("shell.keys")}
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} />} onClick={() => void signOut()}>
          {t("shell.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeItems() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return Object.entries(SCHEMES).map(([scheme, Icon]) => (
    <Menu.Item
      key={scheme}
      leftSection={<Icon size={16} />}
      rightSection={colorScheme === scheme && <Check size={14} />}
      onClick={() => setColorScheme(scheme as keyof typeof SCHEMES)}
    >
      {t(`shell.schemes.${scheme as keyof typeof SCHEMES}`)}
    </Menu.Item>
  ));
}

function LanguageItems() {
  const { i18n } = useTranslation();
  return Object.entries(LANGUAGES).map(([language, name]) => (
    <Menu.Item
      key={language}
      lang={language}
      rightSection={i18n.language === language && <Check size={14} />}
      onClick={() => void chooseLanguage(language as Language)}
    >
      {name}
    </Menu.Item>
  ));
}
