// The rings of a queue: for how long only the first is asked, and what is no longer asked for then.
import { Button, CloseButton, Input, MultiSelect, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { mayRouting } from "./permissions";
import type { Ring } from "./queueEditor";
import classes from "./Routing.module.css";
import { skillChoicesQuery } from "./skills";

const MOST_RINGS = 6;
const FIRST_SECONDS = 30;

interface Props {
  value: Ring[];
  onChange: (rings: Ring[]) => void;
  error?: ReactNode;
}

export function RingsField({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const change = (at: number, ring: Ring) =>
    onChange(value.map((each, index) => (index === at ? ring : each)));
  return (
    <Stack gap="sm">
      <Text c="dimmed">{t("queues.ringsHint")}</Text>
      {value.map((ring, at) => (
        <RingRow
          key={at}
          number={at + 1}
          ring={ring}
          onChange={(next) => change(at, next)}
          onRemove={() => onChange(value.filter((_, index) => index !== at))}
        />
      ))}
      {error && <Input.Error>{error}</Input.Error>}
      {value.length < MOST_RINGS && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={14} aria-hidden />}
          style={{ alignSelf: "flex-start" }}
          onClick={() => onChange([...value, { seconds: FIRST_SECONDS, dropSkills: [] }])}
        >
          {t("queues.addRing")}
        </Button>
      )}
    </Stack>
  );
}

interface RowProps {
  number: number;
  ring: Ring;
  onChange: (ring: Ring) => void;
  onRemove: () => void;
}

function RingRow({ number, ring, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const maySee = useMay()(mayRouting.viewSkills);
  const skills = useQuery({ ...skillChoicesQuery("skills"), enabled: maySee }).data?.entities ?? [];
  return (
    <div className={classes.ring} role="group" aria-label={t("queues.ringNumber", { number })}>
      <NumberInput
        label={t("queues.ringNumber", { number })}
        suffix={` ${t("queues.seconds")}`}
        allowDecimal={false}
        min={1}
        value={ring.seconds}
        onChange={(seconds) => onChange({ ...ring, seconds })}
      />
      <MultiSelect
        label={t("queues.dropSkills")}
        data={skills.map(({ id, name }) => ({ value: id, label: name }))}
        value={ring.dropSkills}
        onChange={(dropSkills) => onChange({ ...ring, dropSkills })}
        searchable
      />
      <CloseButton mb={4} aria-label={t("queues.removeRing", { number })} onClick={onRemove} />
    </div>
  );
}
