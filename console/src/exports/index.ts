export { ExportSheet } from "./ExportSheet";
export { Files } from "./Files";
export { OrderButtons } from "./OrderButtons";
export type { ExportSource, FileExport, Format } from "./source";
