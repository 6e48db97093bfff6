// A plain link to a CSV the API streams, with the same filters as what is on screen.
import { Button } from "@mantine/core";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { stringifySearch } from "./search";

interface Props {
  path: string;
  query?: Record<string, string>;
  label?: string;
}

export function DownloadLink({ path, query = {}, label }: Props) {
  const { t } = useTranslation();
  return (
    <Button
      component="a"
      href={path + stringifySearch(query)}
      download
      variant="default"
      leftSection={<Download size={16} aria-hidden />}
    >
      {label ?? t("common.exportCsv")}
    </Button>
  );
}
