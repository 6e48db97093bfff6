// One column of fields, the errors in words, and a bar that sticks and says what changed.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Editor, Values } from "./editor";
import classes from "./EditorForm.module.css";
import { ErrorNotice } from "./ErrorNotice";
import { VersionConflict } from "./VersionConflict";

interface Props<V extends Values> {
  editor: Editor<V>;
  /** The verb on the button; "Save" without it. */
  verb?: string;
  onCancel?: () => void;
  /** In a side sheet the page stays, so leaving is not asked about. */
  inSheet?: boolean;
  readOnly?: boolean;
  children: ReactNode;
}

export function EditorForm<V extends Values>(props: Props<V>) {
  const { editor, children, inSheet = false, readOnly = false } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    void editor.submit();
  };
  return (
    <form noValidate onSubmit={submit} className={classes.form}>
      <fieldset disabled={readOnly} className={classes.fields}>
        <Stack gap="md">{children}</Stack>
      </fieldset>
      <VersionConflict editor={editor} />
      <ErrorNotice error={editor.error} />
      {!readOnly && <SaveBar {...props} />}
      {!inSheet && <LeaveGuard when={editor.changed.length > 0 && !editor.isSaving} />}
    </form>
  );
}

function SaveBar<V extends Values>({ editor, verb, onCancel }: Props<V>) {
  const { t, i18n } = useTranslation();
  const words = new Intl.ListFormat(i18n.language).format(
    editor.changed.map((field) => editor.labels[field]),
  );
  return (
    <div className={classes.bar}>
      <Text size="xs" c="dimmed" className={classes.changed} aria-live="polite">
        {editor.changed.length > 0 && t("form.changed", { fields: words })}
      </Text>
      <Group gap="xs" wrap="nowrap">
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
        )}
        <Button type="submit" loading={editor.isSaving}>
          {verb ?? t("common.save")}
        </Button>
      </Group>
    </div>
  );
}

/** Asks before the page is left with changes that are not saved. */
export function LeaveGuard({ when }: { when: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({
    shouldBlockFn: () => when,
    enableBeforeUnload: () => when,
    withResolver: true,
  });
  return (
    <Modal
      opened={blocker.status === "blocked"}
      onClose={() => blocker.reset?.()}
      title={t("form.leave")}
      withCloseButton={false}
    >
      <Text>{t("form.leaveHint")}</Text>
      <Group mt="md" gap="xs">
        <Button color="red.8" onClick={() => blocker.proceed?.()}>
          {t("form.discard")}
        </Button>
        <Button variant="default" onClick={() => blocker.reset?.()} data-autofocus>
          {t("form.stay")}
        </Button>
      </Group>
    </Modal>
  );
}
