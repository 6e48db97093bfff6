// What draws notices, apart from the rest of its package, of which every page needs a little.
export { Notifications } from "@mantine/notifications";
