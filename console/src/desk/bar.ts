// The desk's part of the frame, fetched after it.
export { DeskBar as default } from "./DeskBar";
