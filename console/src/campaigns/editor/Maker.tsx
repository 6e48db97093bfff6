// "New list" beside a field: a sheet opens at the side, the form behind it stays as it is.
import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { Suspense, useState, type ReactNode } from "react";

interface Props {
  label: string;
  /** The sheet; it calls `close` when it is done or given up. */
  children: (close: () => void) => ReactNode;
}

export function Maker({ label, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        mt={6}
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      <Suspense fallback={null}>{isOpen && children(() => setOpen(false))}</Suspense>
    </>
  );
}
