// The console's languages. Only the chosen one is fetched, and the words of an area in a folder of
// its own only with that area; a test keeps them complete.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type consent from "./consent/en.json";
import type desk from "./desk/en.json";
import type deskBar from "./deskBar/en.json";
import type en from "./en.json";
import type outbound from "./outbound/en.json";
import type outreach from "./outreach/en.json";
import type routing from "./routing/en.json";
import type setup from "./setup/en.json";

export const LANGUAGES = { en: "English", de: "Deutsch", da: "Dansk" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "tidings-language";
const load: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import("./en.json"),
  de: () => import("./de.json"),
  da: () => import("./da.json"),
};

const ofAreas = import.meta.glob<{ default: object }>("./*/*.json");

/** The areas whose words have a folder of their own. */
export type WordsOf =
  "consent" | "desk" | "deskBar" | "outbound" | "outreach" | "routing" | "setup";
const fetched = new Set<WordsOf>();

declare module "i18next" {
  interface CustomTypeOptions {
    resources: {
      translation: typeof en &
        typeof consent &
        typeof desk &
        typeof deskBar &
        typeof outbound &
        typeof outreach &
        typeof routing &
        typeof setup;
    };
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
  i18next.addResourceBundle(language, "translation", words.default, true);
  await Promise.all([...fetched].map((area) => fetchWords(area, language)));
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (remember) localStorage.setItem(STORED, language);
}

/** Fetch the words of an area, in the language of now and in each that is chosen later. */
export async function loadWords(area: WordsOf): Promise<void> {
  fetched.add(area);
  await fetchWords(area, i18next.language);
}

/** Fetch a page together with the words of its area, or of several. */
export const withWords =
  <T>(areas: WordsOf | WordsOf[], load: () => Promise<T>) =>
  async (): Promise<T> => {
    const [page] = await Promise.all([load(), ...[areas].flat().map(loadWords)]);
    return page;
  };

async function fetchWords(area: WordsOf, language: string): Promise<void> {
  const words = await ofAreas[`./${area}/${language}.json`]?.();
  if (words) i18next.addResourceBundle(language, "translation", words.default, true);
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
