// The second factor: set up with a code to scan, or taken away, each proved with the phone's code.
import { Button, Group, Image, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { meQuery } from "@/api/session";
import type { Enrolment } from "@/api/types";
import { useAction } from "@/components/action";
import { CopyOnce } from "@/components/CopyOnce";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { StateMark } from "@/components/StateMark";
import { confirmFactor, enrol, removeFactor } from "./queries";

export function SecondFactor({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md" maw={480}>
      <StateMark tone={isOn ? "good" : "quiet"}>
        {isOn ? t("profile.factorOn") : t("profile.factorOff")}
      </StateMark>
      {isOn ? <Removal /> : <SetUp />}
    </Stack>
  );
}

function SetUp() {
  const { t } = useTranslation();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const begin = useAction(enrol, { after: setEnrolment });
  if (!enrolment) {
    return (
      <Group>
        <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
          {t("profile.setUp")}
        </Button>
      </Group>
    );
  }
  return (
    <>
      <Text>{t("profile.scan")}</Text>
      <Image src={pictureOf(enrolment)} alt={t("profile.qr")} w={220} bg="white" radius="sm" />
      <CopyOnce
        label={t("profile.secret")}
        description={t("profile.secretHint")}
        value={enrolment.secret}
      />
      <CodeForm verb={t("profile.turnOn")} done={t("profile.turnedOn")} send={confirmFactor} />
    </>
  );
}

/** The drawing as an address that an image may show; on its own, SVG has to say that it is. */
function pictureOf({ qrCode }: Enrolment): string {
  const drawing = qrCode.replace(/^<svg(?![^>]*xmlns)/, '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(drawing)}`;
}

function Removal() {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  if (!isAsked) {
    return (
      <Group>
        <Button variant="default" onClick={() => setAsked(true)}>
          {t("profile.turnOff")}
        </Button>
      </Group>
    );
  }
  return <CodeForm verb={t("profile.turnOff")} done={t("profile.turnedOff")} send={removeFactor} />;
}

interface CodeProps {
  verb: string;
  done: string;
  send: (code: string) => Promise<unknown>;
}

function CodeForm({ verb, done, send }: CodeProps) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const editor = useEditor<{ code: string }>({
    initial: { code: "" },
    labels: { code: t("profile.code") },
    validate: { code: (value) => (/^\d{6}$/.test(value.trim()) ? null : t("profile.sixDigits")) },
    save: async ({ code }) => {
      await send(code.trim());
      notice(done);
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  return (
    <EditorForm editor={editor} inSheet verb={verb}>
      <TextInput
        label={editor.labels.code}
        description={t("login.totp")}
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        {...editor.form.getInputProps("code")}
      />
    </EditorForm>
  );
}
