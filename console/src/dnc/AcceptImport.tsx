// A list whose last file was not taken whole is not relied on, until somebody says that it is good.
import { Alert, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { mayContacts } from "@/contacts/permissions";
import { acceptImport, DNC_KEY } from "./queries";
import type { DncList } from "./types";

const FAILED = ["import.failed", "import.failed.partly"];

export function AcceptImport({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const mayEdit = useMay()(mayContacts.editDncList);
  const accept = useAction(() => acceptImport(list.id), {
    done: t("dnc.accept.done"),
    renew: [DNC_KEY],
  });
  if (!mayEdit || !list.unusableReasons.some((reason) => FAILED.includes(reason))) return null;
  return (
    <Alert color="yellow" variant="light" maw={640}>
      <Stack gap="sm" align="flex-start">
        <Text>{t("dnc.accept.hint")}</Text>
        <Confirm
          question={t("dnc.accept.ask")}
          verb={t("dnc.accept.verb")}
          loading={accept.isPending}
          onConfirm={() => accept.mutate(undefined)}
        >
          {t("dnc.accept.verb")}
        </Confirm>
      </Stack>
    </Alert>
  );
}
