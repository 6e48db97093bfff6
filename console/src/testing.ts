// What every test stands on: a browser that lacks little, English words, and a server of answers.
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll, vi } from "vitest";
import { startTranslations, chooseLanguage, loadWords } from "./locales";

// What is waited for ends the wait: on a busy machine it may take its time.
configure({ asyncUtilTimeout: 30_000 });

beforeAll(async () => {
  await startTranslations();
  await chooseLanguage("en", { remember: false });
  for (const area of [
    "consent",
    "desk",
    "deskBar",
    "outbound",
    "outreach",
    "routing",
    "setup",
  ] as const)
    await loadWords(area);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }) as unknown as MediaQueryList;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
// A list draws the rows that fit into its height.
Object.defineProperty(Element.prototype, "clientHeight", { value: 800 });
Element.prototype.scrollIntoView = () => undefined;
Object.defineProperty(document, "fonts", { value: new EventTarget() });
window.scrollTo = () => undefined;
