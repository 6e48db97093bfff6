// Writing to the customer: a text with its helpers, files, or a template. Once the customer-service
// window is closed only templates are there, until the customer writes again.
import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { LayoutTemplate, LockKeyhole } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useSession } from "@/api/session";
import { useFigures } from "@/components/figures";
import classes from "./Composer.module.css";
import type { At } from "./deeds";
import { outbox, type Content } from "./outbox";
import { mayDesk } from "./permissions";
import { TemplateSheet } from "./TemplateSheet";
import { TextForm } from "./TextForm";
import type { Conversation } from "./types";
import { useWindowLeft } from "./WindowRing";

interface Props {
  conversation: Conversation;
  at: At;
  /** Below the text, beside Send: such as the switch to notes. */
  tools?: ReactNode;
}

export function Composer({ conversation, at, tools }: Props) {
  const { t } = useTranslation();
  const userId = useSession()?.user.id ?? "";
  const mayWrite = useMay()(mayDesk.write);
  const { isOpen } = useWindowLeft(conversation.windowClosesTime);
  const [sheetOpen, sheet] = useDisclosure(false);
  const send = (content: Content) => outbox.add({ ...at, userId, ...content });
  if (!mayWrite) return null;
  return (
    <div className={classes.composer}>
      {isOpen ? (
        <TextForm
          conversation={conversation}
          at={at}
          onSend={send}
          onTemplate={sheet.open}
          tools={tools}
        />
      ) : (
        <Closed conversation={conversation} onTemplate={sheet.open} tools={tools} />
      )}
      <span className={classes.said} role="status">
        {isOpen ? "" : t("desk.window.closedNow")}
      </span>
      <TemplateSheet
        integrationId={conversation.integration.id}
        isOpen={sheetOpen}
        onClose={sheet.close}
        onSend={send}
      />
    </div>
  );
}

function Closed(props: { conversation: Conversation; onTemplate: () => void; tools?: ReactNode }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { windowClosesTime } = props.conversation;
  return (
    <div className={classes.closed}>
      <LockKeyhole size={18} aria-hidden />
      <Text className={classes.closedWords}>
        {windowClosesTime
          ? t("desk.window.wasOpen", { time: figures.exact(windowClosesTime) })
          : t("desk.window.neverOpen")}
      </Text>
      <Group gap="xs" wrap="nowrap">
        {props.tools}
        <Button
          size="xs"
          leftSection={<LayoutTemplate size={15} aria-hidden />}
          onClick={props.onTemplate}
        >
          {t("desk.template.choose")}
        </Button>
      </Group>
    </div>
  );
}
