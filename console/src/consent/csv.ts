// A glance at the start of a CSV file, to show what was recognised. The server reads the whole.

export interface Glance {
  encoding: string;
  separator: string;
  header: string[];
  rows: string[][];
}

const START_BYTES = 64 * 1024;
const SEPARATORS = [",", ";", "\t", "|"];

export async function glance(file: Blob): Promise<Glance> {
  const { encoding, text } = decode(new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer()));
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
  const first = lines[0] ?? "";
  const separator = commonest(first);
  return {
    encoding,
    separator,
    header: cells(first, separator),
    rows: lines.slice(1, 6).map((line) => cells(line, separator)),
  };
}

/** UTF-16 by its mark; UTF-8 when it is valid; else what Excel writes in the West. */
function decode(bytes: Uint8Array): { encoding: string; text: string } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return read(bytes, "utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return read(bytes, "utf-16be");
  // The cut may split the last character, so what follows the last line break is left out.
  const end = bytes.length < START_BYTES ? bytes.length : bytes.lastIndexOf(10) + 1 || bytes.length;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end));
    return read(bytes.subarray(0, end), "utf-8");
  } catch {
    return read(bytes, "windows-1252");
  }
}

function read(bytes: Uint8Array, encoding: string): { encoding: string; text: string } {
  return { encoding: encoding.toUpperCase(), text: new TextDecoder(encoding).decode(bytes) };
}

function commonest(line: string): string {
  const count = (separator: string) => line.split(separator).length;
  return SEPARATORS.reduce((best, each) => (count(each) > count(best) ? each : best));
}

function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '"' && isQuoted && line[at + 1] === '"') cell += line.charAt((at += 1));
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      found.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...found, cell];
}
