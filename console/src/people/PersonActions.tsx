// What can be done with a person besides changing them.
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useMe } from "@/api/session";
import type { User } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { deleteUser, removeFactorOf, userQuery } from "./queries";

export function PersonActions({ user }: { user: User }) {
  const isAllowed = useMay();
  const isMe = useMe()?.id === user.id;
  if (isMe || user.state === "deleted") return null;
  return (
    <>
      {user.secondFactor && isAllowed(may.setPassword) && <LostPhone user={user} />}
      {isAllowed(may.deletePerson) && <Delete user={user} />}
    </>
  );
}

function LostPhone({ user }: { user: User }) {
  const { t } = useTranslation();
  const remove = useAction(removeFactorOf, {
    renew: [userQuery(user.id).queryKey],
    done: t("profile.turnedOff"),
  });
  return (
    <Confirm
      question={t("people.lostPhoneAsk", { name: user.name })}
      verb={t("profile.turnOff")}
      loading={remove.isPending}
      onConfirm={() => remove.mutate(user.id)}
    >
      {t("people.lostPhone")}
    </Confirm>
  );
}

function Delete({ user }: { user: User }) {
  const { t } = useTranslation();
  const router = useRouter();
  const remove = useAction(deleteUser, {
    renew: [["users", "list"]],
    done: t("people.deleted", { name: user.name }),
    after: () => router.history.push("/administration/people"),
  });
  return (
    <Confirm
      question={t("people.deleteAsk", { name: user.name })}
      verb={t("common.delete")}
      loading={remove.isPending}
      onConfirm={() => remove.mutate(user.id)}
    >
      {t("common.delete")}
    </Confirm>
  );
}
