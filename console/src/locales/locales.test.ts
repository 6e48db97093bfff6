import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..");

const files = import.meta.glob<object>("./**/*.json", { import: "default", eager: true });

/** All strings of a language: those of every page, and those that come with an area. */
function stringsOf(language: string): Map<string, string> {
  const own = Object.entries(files).filter(([path]) => path.endsWith(`/${language}.json`));
  return new Map(own.flatMap(([, words]) => [...strings(words)]));
}

function strings(words: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") found.set(path + key, value);
    else strings(value as object, `${path}${key}.`).forEach((text, at) => found.set(at, text));
  }
  return found;
}

const variables = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
const english = stringsOf("en");

describe.each([
  ["German", stringsOf("de")],
  ["Danish", stringsOf("da")],
])("%s", (_, language) => {
  test("has every string English has, and no other", () => {
    expect([...language.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("leaves no string empty", () => {
    expect([...language].filter(([, text]) => !text.trim())).toEqual([]);
  });

  test("uses the same variables in each string", () => {
    const differing = [...english].filter(
      ([key, text]) => variables(text).join() !== variables(language.get(key) ?? "").join(),
    );
    expect(differing).toEqual([]);
  });
});

// Typed keys are checked by tsc. These are put together at run time, so they are checked here.
test("every string the sources ask for exists in English", () => {
  const names = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
  const sources = names.filter((name) => /\.tsx?$/.test(name));
  const asked = new Set<string>();
  for (const name of sources) {
    for (const [, key] of readFileSync(join(SOURCES, name), "utf8").matchAll(
      /\bt\(\s*"([a-z][\w.]+)"/gi,
    ))
      asked.add(key ?? "");
  }
  const missing = [...asked].filter((key) => !english.has(key) && !english.has(`${key}_other`));
  expect(missing).toEqual([]);
  expect(asked.size).toBeGreaterThan(100);
});
