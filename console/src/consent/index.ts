export { ConsentPage } from "./ConsentPage";
export { ImportPage } from "./ImportPage";
export { KeywordsPage } from "./KeywordsPage";
export { ImportsPage } from "./ImportsPage";
export { SuppressionsPage } from "./SuppressionsPage";
