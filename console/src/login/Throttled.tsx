// Too many attempts: says how long to wait, and counts down.
import { Alert } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNow } from "@/components/now";

export function Throttled({ until, onOver }: { until: number; onOver: () => void }) {
  const { t } = useTranslation();
  const left = Math.max(0, Math.ceil((until - useNow(500)) / 1000));
  useEffect(() => {
    if (left === 0) onOver();
  }, [left, onOver]);
  return (
    <Alert color="yellow" role="alert" title={t("login.throttled")}>
      {t("login.throttledHint", { count: left })}
    </Alert>
  );
}
