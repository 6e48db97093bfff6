export { CampaignPage } from "./BoardPage";
