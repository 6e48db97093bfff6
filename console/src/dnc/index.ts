export { DncListSheet } from "./DncListSheet";
