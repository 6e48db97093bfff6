export { InteractionsPage } from "./InteractionsPage";
