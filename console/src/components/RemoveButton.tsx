// The bin at the end of a row: takes the row away.
import { ActionIcon } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";

interface Props {
  /** What is said of it, where "Remove" does not tell what. */
  label?: string;
  /** As high as the fields of its row. */
  size?: number;
  loading?: boolean;
  onClick: () => void;
}

export function RemoveButton({ label, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label ?? t("common.remove")} {...props}>
      <Trash2 size={16} />
    </ActionIcon>
  );
}
