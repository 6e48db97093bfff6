// Ordering a file, in one of two forms.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAction } from "@/components/action";
import type { ExportSource } from "./source";

export function OrderButtons({ source }: { source: ExportSource }) {
  const { t } = useTranslation();
  const order = useAction(source.order, { renew: [source.key] });
  return (
    <>
      <Button loading={order.isPending} onClick={() => order.mutate("csv")}>
        {t("contacts.export.csv")}
      </Button>
      <Button variant="default" loading={order.isPending} onClick={() => order.mutate("xlsx")}>
        {t("contacts.export.xlsx")}
      </Button>
    </>
  );
}
