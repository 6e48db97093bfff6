// The steps a message has taken, with their times.
import { Text, Timeline } from "@mantine/core";
import type { Message } from "@/api/types";
import { useFigures } from "@/components/figures";
import { useWord } from "@/components/words";

export function MessageTimeline({ message }: { message: Message }) {
  const word = useWord();
  const figures = useFigures();
  const steps = stepsOf(message);
  return (
    <Timeline active={steps.length - 1} bulletSize={14} lineWidth={2}>
      {steps.map(([status, time]) => (
        <Timeline.Item key={status} title={word("status", status)}>
          <Text size="xs" c="dimmed" className="figures">
            {figures.exact(time)}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/**
 * The steps a message has taken, in the order of the ladder: the provider's clock counts in
 * seconds, so its times may seem earlier than ours.
 */
function stepsOf(message: Message): [status: string, time: string][] {
  const times: [string, string | undefined][] = [
    ["queued", message.queuedTime],
    ["sent", message.sentTime],
    ["delivered", message.deliveredTime],
    ["read", message.readTime],
    ["failed", message.failedTime],
  ];
  const taken = times.filter((step): step is [string, string] => Boolean(step[1]));
  if (taken.length === 0) return [[message.status, message.time]];
  return taken;
}
