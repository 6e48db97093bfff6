// A campaign's status in a word with its sign, and why when it is not good.
import {
  CircleAlert,
  CircleCheck,
  CirclePause,
  CirclePlay,
  CircleStop,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { inParts } from "@/api/errors";
import { Why } from "@/components/Why";
import classes from "./status.module.css";
import { isKnown, type Status } from "./states";
import type { Progress } from "./types";

interface Look {
  icon: LucideIcon;
  tone: "good" | "bad" | "warn" | "quiet";
}

const LOOKS: Record<Status, Look> = {
  on: { icon: CirclePlay, tone: "good" },
  stopping: { icon: LoaderCircle, tone: "warn" },
  off: { icon: CircleStop, tone: "quiet" },
  complete: { icon: CircleCheck, tone: "good" },
  invalid: { icon: CircleAlert, tone: "bad" },
  forced_off: { icon: CirclePause, tone: "warn" },
  forced_stopping: { icon: LoaderCircle, tone: "warn" },
};

interface Props {
  status: string;
  phase?: string;
  reason?: Progress["statusReason"];
}

export function CampaignStatus({ status, phase, reason }: Props) {
  const { t } = useTranslation();
  const known: Status = isKnown(status) ? status : "off";
  const { icon: Sign, tone } = LOOKS[known];
  const isPreparing = status === "on" && phase === "preparing";
  const [message, mend] = inParts(reason?.message ?? "");
  return (
    <span className={classes.status} data-tone={tone} data-status={status}>
      <Sign size={16} aria-hidden />
      <span className={classes.word}>
        {isPreparing ? t("campaigns.preparing") : t(`campaigns.statuses.${known}`)}
      </span>
      {reason && <Why code={reason.code} message={message} mend={mend} since={reason.since} />}
    </span>
  );
}
