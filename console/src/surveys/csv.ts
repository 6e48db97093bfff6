// The figures of a table as a file for a spreadsheet.

/** One cell: quoted, and never read as a formula. */
function cell(value: string | number | undefined): string {
  const text = String(value ?? "");
  const isFormula = typeof value === "string" && /^[=+\-@\t\r]/.test(text);
  return `"${(isFormula ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** Rows as CSV, with the mark by which spreadsheets know that it is UTF-8. */
export const csvOf = (rows: (string | number | undefined)[][]): string =>
  `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

/** Let the browser save a text as a file. */
export function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
