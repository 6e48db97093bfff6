export { InteractionPage } from "./InteractionPage";
