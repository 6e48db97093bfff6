export { FilterBuilder } from "./FilterBuilder";
export { FilterSheet } from "./FilterSheet";
