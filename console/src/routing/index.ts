export { HoursListPage } from "./HoursListPage";
export { HoursPage } from "./HoursPage";
export { PersonRouting } from "./PersonRouting";
export { QueuePage } from "./QueuePage";
export { QueuesPage } from "./QueuesPage";
export { SkillsPage } from "./SkillsPage";
export { WrapupCodesPage } from "./WrapupCodesPage";
