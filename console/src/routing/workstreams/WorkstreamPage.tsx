// One workstream: while it is a draft a wizard asks for one part after the other and each is
// saved, so that it can be left and resumed; afterwards the same parts are its settings.
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DetailPage } from "@/components/DetailPage";
import tabs from "@/components/DetailTabs.module.css";
import type { Editor } from "@/components/editor";
import { EditorForm, LeaveGuard } from "@/components/EditorForm";
import { useSearchState } from "@/components/search";
import { StateMark } from "@/components/StateMark";
import { mayRouting } from "../permissions";
import { BasicFields } from "./BasicFields";
import { BehaviourFields } from "./BehaviourFields";
import { DistributionFields } from "./DistributionFields";
import { PART_NAMES, useWorkstreamEditor, wrongParts, type FieldsProps, type Part } from "./editor";
import { MessageFields } from "./MessageFields";
import { NotSaid } from "./NotSaid";
import { dependentsQuery, deleteWorkstream, workstreamQuery, WORKSTREAMS_KEY } from "./queries";
import { RulesFields } from "./RulesFields";
import { Summary } from "./Summary";
import { SurveyFields } from "./SurveyFields";
import { TryOut } from "./TryOut";
import type { Values, Workstream } from "./values";

const LIST = "/channels/workstreams";
const SUMMARY = "summary";
type Step = Part | typeof SUMMARY;

export function WorkstreamPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(workstreamQuery(id));
  return (
    <DetailPage
      back={{ to: LIST, label: t("workstreams.title") }}
      title={data?.name}
      status={data?.isDraft && <StateMark tone="warn">{t("workstreams.draft")}</StateMark>}
      actions={data && <Delete workstream={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <Parts key={`${id} ${String(data.isDraft)}`} workstream={data} />}
    </DetailPage>
  );
}

/** Which part is open, and opening another: what was typed stays, so leaving is not asked about. */
function useStep(steps: readonly Step[]): { step: Step; go: (step: string | null) => void } {
  const { values } = useSearchState();
  const navigate = useNavigate();
  const step = steps.find((each) => each === values.step) ?? steps[0] ?? "basics";
  const go = (next: string | null) =>
    void navigate({ to: ".", search: { step: next } as never, replace: true, ignoreBlocker: true });
  return { step, go };
}

function Parts({ workstream }: { workstream: Workstream }) {
  const mayEdit = useMay()(mayRouting.editWorkstream);
  const { t } = useTranslation();
  const { isDraft } = workstream;
  const steps: Step[] = isDraft ? [...PART_NAMES, SUMMARY] : PART_NAMES;
  const { step, go } = useStep(steps);
  const editor = useWorkstreamEditor(workstream, () => {
    if (isDraft) go(steps[steps.indexOf(step) + 1] ?? null);
  });
  return (
    <Tabs value={step} onChange={go}>
      <Tabs.List mb="md" className={tabs.tabs}>
        {steps.map((each, at) => (
          <StepTab
            key={each}
            step={each}
            number={isDraft ? at + 1 : undefined}
            isOpen={each === step}
            editor={editor}
          />
        ))}
      </Tabs.List>
      <Tabs.Panel value={step}>
        {step === SUMMARY ? (
          <>
            <Summary workstream={workstream} values={editor.form.getValues()} />
            <LeaveGuard when={editor.changed.length > 0} />
          </>
        ) : (
          <EditorForm
            editor={editor}
            readOnly={!mayEdit}
            verb={isDraft ? t("workstreams.continue") : undefined}
          >
            <Fields part={step} editor={editor} workstream={workstream} />
          </EditorForm>
        )}
        {step === "rules" && (
          <TryOut workstream={workstream} isSaved={!editor.changed.includes("rules")} />
        )}
        {step === "messages" && <NotSaid workstreamId={workstream.id} />}
      </Tabs.Panel>
    </Tabs>
  );
}

interface TabProps {
  step: Step;
  number?: number;
  isOpen: boolean;
  editor: Editor<Values>;
}

/** A part's tab; one with a fault says so, since the fault may not be in sight. */
function StepTab({ step, number, isOpen, editor }: TabProps) {
  const { t } = useTranslation();
  const tab = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) tab.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [isOpen]);
  const isWrong = wrongParts(editor.form.errors).some((part) => part === step);
  const word = t(`workstreams.parts.${step}`);
  return (
    <Tabs.Tab
      ref={tab}
      value={step}
      rightSection={
        isWrong && <CircleAlert size={14} color="var(--bad)" aria-label={t("workstreams.wrong")} />
      }
    >
      {number ? `${number}. ${word}` : word}
    </Tabs.Tab>
  );
}

const FIELDS: Record<Part, (props: FieldsProps) => React.ReactNode> = {
  basics: BasicFields,
  behaviour: BehaviourFields,
  rules: RulesFields,
  distribution: DistributionFields,
  messages: MessageFields,
  survey: SurveyFields,
};

function Fields({ part, ...props }: FieldsProps & { part: Part }) {
  const Shown = FIELDS[part];
  return <Shown {...props} />;
}

function Delete({ workstream }: { workstream: Workstream }) {
  const { t } = useTranslation();
  const router = useRouter();
  const mayDelete = useMay()(mayRouting.deleteWorkstream);
  const { data } = useQuery({ ...dependentsQuery(workstream.id), enabled: mayDelete });
  const remove = useAction(deleteWorkstream, {
    renew: [[...WORKSTREAMS_KEY, "list"]],
    after: () => router.history.push(LIST, { ignoreBlocker: true }),
  });
  if (!mayDelete) return null;
  const names = (data?.numbers ?? []).map(({ name }) => name).join(", ");
  const count = data?.conversationCount ?? 0;
  const question = [
    t("workstreams.deleteAsk", { name: workstream.name }),
    names && t("workstreams.deleteNumbers", { names }),
    count > 0 && t("workstreams.deleteConversations", { count }),
  ];
  return (
    <Confirm
      question={question.filter(Boolean).join(" ")}
      verb={t("common.delete")}
      loading={remove.isPending}
      onConfirm={() => remove.mutate(workstream.id)}
    >
      {t("common.delete")}
    </Confirm>
  );
}
