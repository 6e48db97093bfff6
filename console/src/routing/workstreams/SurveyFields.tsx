// What customers are asked after a conversation, and for how long an answer counts.
import { CloseButton, Group, Input, NumberInput, Stack, Switch, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "../Routing.module.css";
import type { FieldsProps } from "./editor";
import { LanguageSelect } from "@/components/LanguageSelect";
import { AddButton } from "./MessageFields";
import type { SurveyText, SurveyValues } from "./values";

export function SurveyFields({ editor: { form } }: FieldsProps) {
  const { t } = useTranslation();
  const { survey, language } = form.getValues();
  const put = (changes: Partial<SurveyValues>) =>
    form.setFieldValue("survey", { ...survey, ...changes });
  return (
    <Input.Wrapper error={form.errors.survey}>
      <Stack gap="md">
        <Switch
          label={t("workstreams.surveyOn")}
          description={t("workstreams.surveyHint")}
          checked={survey.enabled}
          onChange={(event) => put({ enabled: event.currentTarget.checked })}
        />
        {survey.enabled && (
          <>
            <Switch
              label={t("workstreams.askComment")}
              checked={survey.askComment}
              onChange={(event) => put({ askComment: event.currentTarget.checked })}
            />
            <NumberInput
              label={t("workstreams.expiry")}
              suffix={` ${t("workstreams.hours")}`}
              allowDecimal={false}
              min={1}
              max={23}
              styles={{ wrapper: { maxWidth: 240 } }}
              value={survey.expiryHours}
              onChange={(expiryHours) => put({ expiryHours })}
            />
            <Texts language={language} texts={survey.texts} onChange={(texts) => put({ texts })} />
          </>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

interface TextsProps {
  language: string;
  texts: SurveyText[];
  onChange: (texts: SurveyText[]) => void;
}

function Texts({ language, texts, onChange }: TextsProps) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper
      label={t("workstreams.surveyTexts")}
      labelElement="div"
      description={t("workstreams.surveyTextsHint")}
    >
      {texts.map((text, at) => (
        <TextRow
          key={at}
          text={text}
          onChange={(next) => onChange(texts.map((each, i) => (i === at ? next : each)))}
          onRemove={() => onChange(texts.filter((_, i) => i !== at))}
        />
      ))}
      <AddButton
        words={t("workstreams.addSurveyText")}
        onClick={() =>
          onChange([...texts, { language, question: "", commentQuestion: "", thanks: "" }])
        }
      />
    </Input.Wrapper>
  );
}

interface RowProps {
  text: SurveyText;
  onChange: (text: SurveyText) => void;
  onRemove: () => void;
}

function TextRow({ text, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" className={classes.row}>
      <Group gap="xs" wrap="nowrap" align="end">
        <LanguageSelect
          flex={1}
          label={t("workstreams.language")}
          value={text.language}
          onChange={(language) => onChange({ ...text, language })}
        />
        <CloseButton mb={4} aria-label={t("workstreams.removeSurveyText")} onClick={onRemove} />
      </Group>
      {(["question", "commentQuestion", "thanks"] as const).map((field) => (
        <Textarea
          key={field}
          label={t(`workstreams.surveyWords.${field}`)}
          autosize
          maxLength={1000}
          value={text[field]}
          onChange={(event) => onChange({ ...text, [field]: event.currentTarget.value })}
        />
      ))}
    </Stack>
  );
}
