export { EditCampaignPage, NewCampaignPage } from "./EditorPage";
