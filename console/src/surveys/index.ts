export { SurveysPage } from "./SurveysPage";
