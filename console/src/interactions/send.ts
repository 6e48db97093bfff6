export { SendPage } from "./SendPage";
