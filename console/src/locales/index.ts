// The console's languages. Only the chosen one is fetched; a test keeps them complete.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type en from "./en.json";

export const LANGUAGES = { en: "English", de: "Deutsch", da: "Dansk" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "tidings-language";
const load: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import("./en.json"),
  de: () => import("./de.json"),
  da: () => import("./da.json"),
};

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

export async function startTranslations(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: firstLanguage(),
    fallbackLng: false,
    showSupportNotice: false,
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await chooseLanguage(firstLanguage(), { remember: false });
}

/** Fetch a language, switch to it and, when a person chose it, remember it in this browser. */
export async function chooseLanguage(
  language: Language,
  { remember = true }: { remember?: boolean } = {},
): Promise<void> {
  const words = await load[language]();
  i18next.addResourceBundle(language, "translation", words.default);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (remember) localStorage.setItem(STORED, language);
}

export function isLanguage(value: string | null | undefined): value is Language {
  return Object.hasOwn(LANGUAGES, value ?? "");
}

/** Whether this browser holds a choice; without one, the person's own setting decides. */
export function hasChosenLanguage(): boolean {
  return isLanguage(localStorage.getItem(STORED));
}

function firstLanguage(): Language {
  const wished = [
    localStorage.getItem(STORED),
    ...navigator.languages.map((tag) => tag.slice(0, 2)),
  ];
  return wished.find(isLanguage) ?? "en";
}
