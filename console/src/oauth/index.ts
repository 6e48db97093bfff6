export { ClientPage } from "./ClientPage";
export { ClientsPage } from "./ClientsPage";
