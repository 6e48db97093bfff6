export { ConsentPage } from "./ConsentPage";
export { ImportPage } from "./ImportPage";
export { KeywordsPage } from "./KeywordsPage";
