export { ContactListSheet } from "./ContactListSheet";
