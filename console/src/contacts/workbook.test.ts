import { Blob as FileBlob } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { glanceWorkbook } from "./workbook";

/** A zip archive as Excel writes them: packed parts, and a directory at the end. */
function archive(parts: Record<string, string>): Blob {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const body = deflateRawSync(Buffer.from(text));
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    pieces.push(head, Buffer.from(name), body);
    at += 30 + name.length + body.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return new FileBlob([...pieces, ...directory, end]) as unknown as Blob;
}

const row = (...cells: string[]) => `<row>${cells.join("")}</row>`;
const shared = (place: string, at: number) => `<c r="${place}" t="s"><v>${at}</v></c>`;

test("the first sheet's header and rows are read, with gaps, numbers and marks in texts", async () => {
  const numbers = [2, 3, 4, 5, 6, 7, 8];
  const sheet = `<worksheet><sheetData>${row(shared("A1", 0), shared("B1", 1), shared("C1", 2))}${row(
    '<c r="A2"><v>4915112345678</v></c>',
    '<c r="C2" t="inlineStr"><is><t>Bonn &amp; Köln</t></is></c>',
  )}${numbers.map((n) => row(shared(`A${n + 1}`, 0))).join("")}</sheetData></worksheet>`;
  const words = `<sst><si><t>Phone</t></si><si><r><t>First </t></r><r><t>name</t></r></si><si><t>City</t></si></sst>`;
  const book = archive({
    "xl/worksheets/sheet2.xml": "<worksheet/>",
    "xl/worksheets/sheet1.xml": sheet,
    "xl/sharedStrings.xml": words,
  });
  const seen = await glanceWorkbook(book);
  expect(seen?.header).toEqual(["Phone", "First name", "City"]);
  expect(seen?.rows[0]).toEqual(["4915112345678", "", "Bonn & Köln"]);
  expect(seen?.rows.length).toBe(5);
});

test("what is no workbook, or one without cells, shows nothing", async () => {
  expect(await glanceWorkbook(new FileBlob(["not a workbook"]) as unknown as Blob)).toBeNull();
  expect(await glanceWorkbook(archive({ "xl/worksheets/sheet1.xml": "<worksheet/>" }))).toBeNull();
});
