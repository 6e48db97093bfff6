import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { open, serve } from "@/world";
import { Attachment, type MessageFile } from "./Attachment";

const file = (given: Partial<MessageFile>): MessageFile => ({
  id: "7",
  mediaType: "Image",
  kind: "image",
  status: "valid",
  url: "/api/v2/downloads/media/7",
  ...given,
});

const see = (given: Partial<MessageFile>) =>
  open(() => <Attachment file={file(given)} />, "/thread");

test("a picture is shown small and opens whole", async () => {
  serve({});
  see({ thumbnailUrl: "/api/v2/downloads/media/7/thumbnail" });

  const picture = await screen.findByRole("img", { name: "Picture" });

  expect(picture.getAttribute("src")).toBe("/api/v2/downloads/media/7/thumbnail");
  expect(picture.closest("a")?.getAttribute("href")).toBe("/api/v2/downloads/media/7");
});

test("a document is saved under its name, with its size beside", async () => {
  serve({});
  see({ kind: "document", filename: "Offer.pdf", contentSizeBytes: 2_400_000 });

  const link = await screen.findByRole("link", { name: /Offer\.pdf/ });

  expect(link.getAttribute("download")).toBe("Offer.pdf");
  expect(link.textContent).toContain("MB");
});

test.each([
  ["audio", "Sound"],
  ["video", "Video"],
])("%s has a player", async (kind, name) => {
  serve({});
  see({ kind });

  expect((await screen.findByLabelText(name)).tagName.toLowerCase()).toBe(kind);
});

test("a file that could not be fetched says why and is fetched anew", async () => {
  const calls = serve({
    "POST /api/v2/conversations/messages/media/7/fetch": { id: "7", status: "pending" },
  });
  see({ status: "invalid", url: undefined, failure: "It is gone." });

  expect(await screen.findByText("It is gone.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(calls.some(({ path }) => path.endsWith("/7/fetch"))).toBe(true));
});

test("a file on its way is busy", async () => {
  serve({});
  see({ status: "pending", url: undefined });

  expect(await screen.findByText("Picture is being fetched")).toBeTruthy();
  expect(document.querySelector('[aria-busy="true"]')).toBeTruthy();
});

test("a deleted file says so", async () => {
  serve({});
  see({ status: "deleted", url: undefined });

  expect(await screen.findByText("This file was deleted")).toBeTruthy();
});

test("who may not see files sees none", async () => {
  serve({
    "GET /api/v2/users/me": { id: "me", name: "Mia", authorization: { permissions: [] } },
  });
  see({});

  expect(await screen.findByText("You may not see files")).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
});
