// A sheet that asks whom: a queue, or somebody of it; what is sent to them is its caller's.
import { Button, Stack } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { SideSheet } from "@/components/SideSheet";
import { MemberPicker, QueuePicker } from "./pickers";

export interface Whom {
  queueId?: string;
  userId?: string;
}

interface FormProps {
  /** What choosing a person means; without it only queues are asked for. */
  personHint: string | undefined;
  /** Only a person will do. */
  needsPerson?: boolean;
  verb: string;
  isSending: boolean;
  onSend: (whom: Whom) => void;
  children: (whom: Whom) => ReactNode;
}
interface SheetProps extends FormProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
}

export function WhomSheet({ title, isOpen, onClose, ...form }: SheetProps) {
  return (
    <SideSheet title={title} isOpen={isOpen} onClose={onClose}>
      <Form {...form} />
    </SideSheet>
  );
}

function Form({ personHint, needsPerson, verb, isSending, onSend, children }: FormProps) {
  const [whom, setWhom] = useState<Whom>({});
  const { queueId, userId } = whom;
  const isReady = needsPerson ? userId : queueId;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onSend(whom);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <QueuePicker value={queueId} onChange={(id) => setWhom({ queueId: id })} />
        {queueId && personHint && (
          <MemberPicker
            key={queueId}
            queueId={queueId}
            hint={personHint}
            value={userId}
            onChange={(id) => setWhom({ queueId, userId: id })}
          />
        )}
        {children(whom)}
        <Button type="submit" disabled={!isReady} loading={isSending}>
          {verb}
        </Button>
      </Stack>
    </form>
  );
}
