// Signing in: e-mail and password, then a code if the account asks for one, then which
// organization if the person belongs to several.
import {
  Box,
  Button,
  Group,
  Paper,
  PinInput,
  Radio,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useRouter } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Login } from "@/api/types";
import { useSearchState } from "@/components/search";
import { SecretInput } from "@/components/SecretInput";
import { ErrorNotice } from "@/components/ErrorNotice";
import classes from "./LoginPage.module.css";
import { useSignIn, type SignIn } from "./signIn";
import { Throttled } from "./Throttled";

export function LoginPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("login.title")} · Tidings`);
  const router = useRouter();
  const next = useSearchState().values.next;
  const signIn = useSignIn(() => router.history.push(isOurs(next) ? next : "/"));
  const [login, setLogin] = useState<Login>({ email: "", password: "" });
  const change = (changes: Partial<Login>) => setLogin({ ...login, ...changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn.submit(login);
  };
  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder>
        <Group gap="sm" mb="lg">
          <img src="/tidings.svg" alt="" width={28} height={28} />
          <Title order={1}>{t("login.title")}</Title>
        </Group>
        <form onSubmit={submit}>
          <Stack gap="md">
            <Step signIn={signIn} login={login} onChange={change} />
            <Problem signIn={signIn} />
            <Button type="submit" loading={signIn.isBusy} disabled={signIn.waitUntil > 0} fullWidth>
              {t("login.signIn")}
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}

/** Only an address of this console may follow the login, never one of another host. */
function isOurs(next: string | undefined): next is string {
  return Boolean(next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\"));
}

interface StepProps {
  signIn: SignIn;
  login: Login;
  onChange: (changes: Partial<Login>) => void;
}

function Step({ signIn, login, onChange }: StepProps) {
  switch (signIn.step) {
    case "totp":
      return <TotpStep login={login} onChange={onChange} />;
    case "organization":
      return <OrganizationStep signIn={signIn} login={login} onChange={onChange} />;
    default:
      return <PasswordStep login={login} onChange={onChange} />;
  }
}

function PasswordStep({ login, onChange }: Omit<StepProps, "signIn">) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("login.email")}
        type="email"
        name="email"
        autoComplete="username"
        required
        withAsterisk={false}
        autoFocus
        value={login.email}
        onChange={(event) => onChange({ email: event.currentTarget.value })}
      />
      <SecretInput
        label={t("login.password")}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={login.password}
        onChange={(event) => onChange({ password: event.currentTarget.value })}
      />
    </>
  );
}

function TotpStep({ login, onChange }: Omit<StepProps, "signIn">) {
  const { t } = useTranslation();
  return (
    <Box>
      <Text mb="xs" id="totp">
        {t("login.totp")}
      </Text>
      <PinInput
        length={6}
        type="number"
        oneTimeCode
        autoFocus
        aria-label={t("login.totp")}
        getInputProps={() => ({ "aria-labelledby": "totp" })}
        value={login.totp ?? ""}
        onChange={(totp) => onChange({ totp })}
      />
    </Box>
  );
}

function OrganizationStep({ signIn, login, onChange }: StepProps) {
  const { t } = useTranslation();
  if (signIn.organizations.length === 0) {
    return (
      <TextInput
        label={t("login.organization")}
        autoFocus
        value={login.organization ?? ""}
        onChange={(event) => onChange({ organization: event.currentTarget.value })}
      />
    );
  }
  return (
    <Radio.Group
      label={t("login.organization")}
      value={login.organization ?? null}
      onChange={(organization) => onChange({ organization })}
    >
      <Stack gap="xs" mt="xs">
        {signIn.organizations.map((name) => (
          <Radio key={name} value={name} label={name} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Problem({ signIn }: { signIn: SignIn }) {
  if (signIn.waitUntil > 0)
    return <Throttled until={signIn.waitUntil} onOver={signIn.waitIsOver} />;
  return <ErrorNotice error={signIn.error} />;
}
