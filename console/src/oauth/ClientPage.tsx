// One OAuth client, or a new one. Its secret is shown once: when made and when rotated.
import { Alert, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { OAuthClient } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { CopyOnce } from "@/components/CopyOnce";
import { DetailPage } from "@/components/DetailPage";
import { ClientForm } from "./ClientForm";
import { clientQuery, revokeClient, rotateSecret } from "./queries";

const LIST = "/administration/oauth";

export function ClientPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { id = "" } = useParams({ strict: false });
  const isNew = id === "new";
  const [secret, setSecret] = useState<OAuthClient | null>(null);
  const { data, error, isPending } = useQuery({ ...clientQuery(id), enabled: !isNew });
  const created = (client: OAuthClient) => {
    setSecret(client);
    router.history.push(`${LIST}/${client.id}`, { ignoreBlocker: true });
  };
  return (
    <DetailPage
      back={{ to: LIST, label: t("oauth.title") }}
      title={isNew ? t("oauth.add") : data?.name}
      actions={data && <Actions client={data} onSecret={setSecret} />}
      error={error}
    >
      {secret?.id === id && <Secret client={secret} />}
      {!isNew && isPending && <Skeleton h={240} />}
      {(isNew || data) && <ClientForm key={id} client={data} onCreated={created} />}
    </DetailPage>
  );
}

function Secret({ client }: { client: OAuthClient }) {
  const { t } = useTranslation();
  return (
    <Alert color="teal" title={t("oauth.secretOnce")} mb="lg" maw={640} role="status">
      <Stack gap="sm">
        <CopyOnce label={t("oauth.clientId")} value={client.id} />
        <CopyOnce label={t("oauth.secret")} value={client.secret ?? ""} />
      </Stack>
    </Alert>
  );
}

interface ActionsProps {
  client: OAuthClient;
  onSecret: (client: OAuthClient) => void;
}

function Actions({ client, onSecret }: ActionsProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const isAllowed = useMay();
  const rotate = useAction(rotateSecret, {
    after: (answer) => onSecret({ ...client, ...answer, id: client.id }),
  });
  const revoke = useAction(revokeClient, {
    renew: [["oauth", "list"]],
    done: t("oauth.revoked", { name: client.name }),
    after: () => router.history.push(LIST),
  });
  return (
    <>
      {isAllowed(may.editClient) && (
        <Confirm
          question={t("oauth.rotateAsk")}
          verb={t("oauth.rotate")}
          onConfirm={() => rotate.mutate(client.id)}
        >
          {t("oauth.rotate")}
        </Confirm>
      )}
      {isAllowed(may.deleteClient) && (
        <Confirm
          question={t("oauth.revokeAsk", { name: client.name })}
          verb={t("oauth.revoke")}
          onConfirm={() => revoke.mutate(client.id)}
        >
          {t("oauth.revoke")}
        </Confirm>
      )}
    </>
  );
}
