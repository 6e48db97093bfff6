// What is one's own: name and language, password, second factor.
import { useTranslation } from "react-i18next";
import { useMe } from "@/api/session";
import { Page } from "@/components/Page";
import { Section } from "@/components/Section";
import { Account } from "./Account";
import { Password } from "./Password";
import { SecondFactor } from "./SecondFactor";

export function ProfilePage() {
  const { t } = useTranslation();
  const me = useMe();
  if (!me) return null;
  return (
    <Page title={t("profile.title")}>
      <Section title={t("people.account")} hint={me.email}>
        <Account me={me} />
      </Section>
      <Section title={t("people.password")} hint={t("profile.passwordHint")}>
        <Password />
      </Section>
      <Section title={t("profile.factor")} hint={t("profile.factorHint")}>
        <SecondFactor isOn={me.secondFactor} />
      </Section>
    </Page>
  );
}
