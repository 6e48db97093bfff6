export { ConnectPage } from "./ConnectPage";
export { IntegrationPage } from "./IntegrationPage";
export { IntegrationsPage } from "./IntegrationsPage";
