export { InteractionPage } from "./InteractionPage";
export { InteractionsPage } from "./InteractionsPage";
