// Deleting all contacts that a search found: a job of the server, with its progress.
import { Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { jobQuery, LISTS_KEY, removeChosen } from "./queries";
import type { ContactList, ContactSearch } from "./types";

interface Props {
  list: ContactList;
  search: Pick<ContactSearch, "contactListFilterId" | "criteria">;
  total: number | undefined;
}

export function DeleteFound({ list, search, total }: Props) {
  const { t } = useTranslation();
  const [jobId, setJobId] = useState("");
  const { contactListFilterId, criteria } = search;
  const chosen = contactListFilterId ? { contactListFilterId } : { criteria };
  const start = useAction(() => removeChosen(list.id, chosen), {
    after: ({ id }) => setJobId(id),
  });
  if (jobId) return <Progressing list={list} jobId={jobId} onDone={() => setJobId("")} />;
  if (!total) return null;
  return (
    <Confirm
      question={t("contacts.deleteFoundAsk", { count: total })}
      verb={t("common.delete")}
      onConfirm={() => start.mutate(undefined)}
      loading={start.isPending}
    >
      {t("contacts.deleteFound")}
    </Confirm>
  );
}

interface JobProps {
  list: ContactList;
  jobId: string;
  onDone: () => void;
}

function Progressing({ list, jobId, onDone }: JobProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data } = useQuery(jobQuery(list.id, jobId));
  const isOver = data !== undefined && data.state !== "InProgress";
  useEffect(() => {
    if (!isOver) return;
    onDone();
    void queries.invalidateQueries({ queryKey: LISTS_KEY });
  }, [isOver, onDone, queries]);
  return (
    <Text c="dimmed" className="figures" role="status">
      {t("contacts.deleting", { percent: data?.percentComplete ?? 0 })}
    </Text>
  );
}
