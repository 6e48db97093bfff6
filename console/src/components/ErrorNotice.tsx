// A failed call in words: what happened, what to do, and the id support asks for.
import { Alert, Button, Text } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ApiError, inParts } from "@/api/errors";

interface Props {
  error: Error | null;
  retry?: () => void;
}

export function ErrorNotice({ error, retry }: Props) {
  const { t } = useTranslation();
  const [what, mend] = inParts(useMessage()(error));
  if (!error) return null;
  const contextId = error instanceof ApiError ? error.contextId : undefined;
  return (
    <Alert color="red" icon={<CircleAlert size={18} />} title={what} role="alert" my="sm">
      {mend && <Text>{mend}</Text>}
      {contextId && (
        <Text size="xs" c="dimmed">
          {t("errors.context", { contextId })}
        </Text>
      )}
      {retry && (
        <Button size="xs" variant="default" mt={8} onClick={retry}>
          {t("common.retry")}
        </Button>
      )}
    </Alert>
  );
}

/** The words for an error: the API's own, or ours where it could not speak. */
export function useMessage(): (error: Error | null) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return t("errors.unexpected");
    if (error.code === "network") return t("errors.network");
    return error.message || t("errors.unexpected");
  };
}
