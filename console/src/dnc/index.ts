export { DncListPage } from "./DncListPage";
export { DncListsPage } from "./DncListsPage";
