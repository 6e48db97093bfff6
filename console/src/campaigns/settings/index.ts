export { CampaignSettingsPage } from "./SettingsPage";
