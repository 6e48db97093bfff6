// The sheets of the consent page, each with its own address: record, import, history.
import { useTranslation } from "react-i18next";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { History } from "./History";
import { RecordConsent } from "./RecordConsent";
import { Upload } from "./Upload";

export function ConsentSheets() {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const close = () => set({ sheet: undefined, open: undefined });
  return (
    <>
      <SideSheet title={t("consent.record")} isOpen={values.sheet === "record"} onClose={close}>
        <RecordConsent address={values.open} onDone={close} />
      </SideSheet>
      <SideSheet title={t("consent.import")} isOpen={values.sheet === "import"} onClose={close}>
        <Upload />
      </SideSheet>
      <SideSheet
        title={values.open ?? ""}
        isOpen={Boolean(values.open) && !values.sheet}
        onClose={close}
      >
        <History address={values.open ?? ""} />
      </SideSheet>
    </>
  );
}
