// What can be done with a number.
import { Button } from "@mantine/core";
import { RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Integration } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DeleteNumber } from "./DeleteNumber";
import { activateIntegration, deactivateIntegration, syncTemplates } from "./queries";
import { isActive } from "./status";

const renew = [["integrations"]];

export function IntegrationActions({ integration }: { integration: Integration }) {
  const isAllowed = useMay();
  return (
    <>
      {isAllowed(may.syncTemplates) && <Sync integration={integration} />}
      {isAllowed(may.deleteIntegration) && <DeleteNumber integration={integration} />}
      {isAllowed(may.editIntegration) && <Switch integration={integration} />}
    </>
  );
}

function Sync({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const sync = useAction(syncTemplates, {
    done: (result) => t("channels.synced", { ...result }),
    renew: [...renew, ["templates"]],
  });
  return (
    <Button
      variant="default"
      leftSection={<RefreshCw size={16} aria-hidden />}
      loading={sync.isPending}
      onClick={() => sync.mutate(integration.id)}
    >
      {t("channels.sync")}
    </Button>
  );
}

function Switch({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const activate = useAction(activateIntegration, { renew, done: t("channels.activated") });
  const deactivate = useAction(deactivateIntegration, { renew, done: t("channels.deactivated") });
  if (isActive(integration)) {
    return (
      <Confirm
        question={t("channels.deactivateAsk")}
        verb={t("channels.deactivate")}
        loading={deactivate.isPending}
        onConfirm={() => deactivate.mutate(integration.id)}
      >
        {t("channels.deactivate")}
      </Confirm>
    );
  }
  return (
    <Button loading={activate.isPending} onClick={() => activate.mutate(integration.id)}>
      {t("channels.activate")}
    </Button>
  );
}
