// A sheet at the side to make or change a thing without losing the page behind it.
import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function SideSheet({ title, isOpen, onClose, children }: Props) {
  return (
    <Drawer opened={isOpen} onClose={onClose} title={title} closeOnClickOutside={false}>
      {isOpen && children}
    </Drawer>
  );
}
