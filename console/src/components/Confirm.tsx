// A button that asks once more before it does what cannot be taken back.
import { Button, Group, Popover, Text, type ButtonProps } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props extends ButtonProps {
  /** What is asked; a part of a page may count first what it is about. */
  question: ReactNode;
  verb: string;
  onConfirm: () => void;
  children: ReactNode;
}

export function Confirm({ question, verb, onConfirm, children, ...button }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const confirm = () => {
    setOpen(false);
    onConfirm();
  };
  return (
    <Popover width={300} withArrow shadow="md" opened={isOpen} onChange={setOpen} trapFocus>
      <Popover.Target>
        <Button variant="default" {...button} onClick={() => setOpen(!isOpen)}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {typeof question === "string" ? <Text>{question}</Text> : question}
        <Group mt="sm" gap="xs">
          <Button size="xs" color="red.8" onClick={confirm}>
            {verb}
          </Button>
          <Button size="xs" variant="default" onClick={() => setOpen(false)}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
