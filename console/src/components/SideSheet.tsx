// A sheet at the side to make, change or look at a thing without losing the page behind it.
import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: ReactNode;
  isOpen: boolean;
  onClose: () => void;
  size?: "md" | "lg";
  children: ReactNode;
}

export function SideSheet({ title, isOpen, onClose, size = "md", children }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {isOpen && children}
    </Drawer>
  );
}
