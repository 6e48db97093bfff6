// A language in which customers are written to, by its name in the language of the page.
import { Select, type SelectProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

const CODES = [
  ..."ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl".split(" "),
  ..."pt pt_BR ro ru sk sl sr sv sw ta th tr uk ur vi zh_CN zh_TW".split(" "),
];

interface Props extends Omit<SelectProps, "data" | "value" | "onChange"> {
  value: string;
  onChange: (language: string) => void;
  /** Where none may be chosen as well. */
  onClear?: () => void;
}

export function LanguageSelect({ value, onChange, onClear, ...rest }: Props) {
  const nameOf = useLanguageName();
  const codes = CODES.includes(value) || !value ? CODES : [value, ...CODES];
  const data = codes.map((code) => ({ value: code, label: nameOf(code) }));
  return (
    <Select
      {...rest}
      data={data.sort((one, other) => one.label.localeCompare(other.label))}
      value={value || null}
      onChange={(language) => (language ? onChange(language) : onClear?.())}
      clearable={onClear !== undefined}
      allowDeselect={false}
      searchable
    />
  );
}

/** The name of a language by its code; a code that nobody knows as it is. */
export function useLanguageName(): (code: string) => string {
  const { i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  return (code) => {
    try {
      return names.of(code.replace("_", "-")) ?? code;
    } catch {
      return code;
    }
  };
}
