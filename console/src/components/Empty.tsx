// An empty list says in one sentence what belongs there, and offers the first step.
import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="md" py={64} px="md">
      <Text c="dimmed" ta="center" maw={420}>
        {text}
      </Text>
      {children}
    </Stack>
  );
}
