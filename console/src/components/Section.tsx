// A titled part of a page.
import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  hint?: string;
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, hint, action, children }: Props) {
  return (
    <section style={{ marginBottom: 32 }}>
      <Group justify="space-between" mb="xs" gap="xs">
        <div>
          <Title order={2}>{title}</Title>
          {hint && <Text c="dimmed">{hint}</Text>}
        </div>
        {action}
      </Group>
      {children}
    </section>
  );
}
