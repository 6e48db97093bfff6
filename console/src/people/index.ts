export { DivisionsPage } from "./DivisionsPage";
export { NewPersonPage } from "./NewPersonPage";
export { PeoplePage } from "./PeoplePage";
export { PersonPage } from "./PersonPage";
export { RolePage } from "./RolePage";
export { RolesPage } from "./RolesPage";
