export { ConnectPage } from "./ConnectPage";
export { ContentProfilesPage } from "./ContentProfilesPage";
export { IntegrationPage } from "./IntegrationPage";
export { IntegrationsPage } from "./IntegrationsPage";
