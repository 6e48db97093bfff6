// A glance at the first sheet of an Excel file: its header and first rows, read as a browser can.
// The server reads the whole; what cannot be read here is simply not shown.
import type { Glance } from "@/consent/csv";

const ROWS_SHOWN = 5;
const MOST_COLUMNS = 200;
/** So much of a part is unpacked at most; a small file may claim a huge one. */
const MOST_BYTES = 8 * 1024 * 1024;
const TAIL_BYTES = 66_000;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

export async function glanceWorkbook(file: Blob): Promise<Glance | null> {
  try {
    const parts = await partsOf(file);
    const [first] = [...parts.keys()].filter(isSheet).sort(byNumber);
    if (!first) return null;
    const sheet = await startOf(file, parts.get(first));
    const words = sharedWords(await startOf(file, parts.get("xl/sharedStrings.xml")));
    const [header = [], ...rows] = rowsOf(sheet, words);
    return header.length > 0 ? { encoding: "XLSX", separator: "", header, rows } : null;
  } catch {
    return null;
  }
}

const isSheet = (name: string) => /^xl\/worksheets\/sheet\d+\.xml$/.test(name);
const numberIn = (name: string) => Number(/\d+/.exec(name)?.[0]);
const byNumber = (one: string, other: string) => numberIn(one) - numberIn(other);

interface Part {
  at: number;
  size: number;
  isPacked: boolean;
}

/** The files of a zip archive by name, from the directory at its end. */
async function partsOf(file: Blob): Promise<Map<string, Part>> {
  const tail = await viewOf(file, Math.max(0, file.size - TAIL_BYTES), file.size);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== DIRECTORY_END) end -= 1;
  const start = tail.getUint32(end + 16, true);
  const directory = await viewOf(file, start, start + tail.getUint32(end + 12, true));
  const parts = new Map<string, Part>();
  let at = 0;
  while (at + 46 <= directory.byteLength && directory.getUint32(at, true) === DIRECTORY_ENTRY) {
    const length = directory.getUint16(at + 28, true);
    const name = new Uint8Array(directory.buffer, directory.byteOffset + at + 46, length);
    parts.set(new TextDecoder().decode(name), {
      at: directory.getUint32(at + 42, true),
      size: directory.getUint32(at + 20, true),
      isPacked: directory.getUint16(at + 10, true) === 8,
    });
    at += 46 + length + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  return parts;
}

const viewOf = async (file: Blob, from: number, to: number) =>
  new DataView(await file.slice(from, to).arrayBuffer());

/** The beginning of a part as text. */
async function startOf(file: Blob, part: Part | undefined): Promise<string> {
  if (!part) return "";
  const head = await viewOf(file, part.at, part.at + 30);
  const start = part.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const body = file.slice(start, start + part.size).stream();
  const text = part.isPacked ? body.pipeThrough(new DecompressionStream("deflate-raw")) : body;
  const reader = text.getReader();
  const decoder = new TextDecoder();
  let found = "";
  while (found.length < MOST_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    found += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return found;
}

/** The texts that cells point at. */
const sharedWords = (xml: string) =>
  [...xml.matchAll(/<si>(.*?)<\/si>/gs)].map(([, si]) => textIn(si));

/** The first rows of a sheet; cells that are left out are empty. */
function rowsOf(xml: string, words: string[]): string[][] {
  const rows: string[][] = [];
  for (const [, inner = ""] of xml.matchAll(/<row\b[^>]*>(.*?)<\/row>/gs)) {
    const row: string[] = [];
    for (const [, attributes = "", content = ""] of inner.matchAll(
      /<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs,
    )) {
      const column = columnOf(attributes) ?? row.length;
      if (column >= MOST_COLUMNS) break;
      while (row.length < column) row.push("");
      row[column] = cellIn(attributes, content, words);
    }
    if (row.length > 0) rows.push(row);
    if (rows.length > ROWS_SHOWN) break;
  }
  return rows;
}

function columnOf(attributes: string): number | undefined {
  const letters = /\br="([A-Z]+)\d*"/.exec(attributes)?.[1];
  if (!letters) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function cellIn(attributes: string, content: string, words: string[]): string {
  const type = /\bt="(\w+)"/.exec(attributes)?.[1];
  if (type === "inlineStr") return textIn(content);
  const value = unescaped(/<v\b[^>]*>(.*?)<\/v>/s.exec(content)?.[1] ?? "");
  if (type === "s") return words[Number(value)] ?? "";
  return type === "b" ? String(value === "1") : value;
}

const textIn = (xml = "") =>
  unescaped([...xml.matchAll(/<t\b[^>]*>(.*?)<\/t>/gs)].map(([, text]) => text).join(""));

const unescaped = (text: string) =>
  new DOMParser().parseFromString(`<a>${text}</a>`, "text/xml").documentElement.textContent;
