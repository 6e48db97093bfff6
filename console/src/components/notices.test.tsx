import { notifications } from "@mantine/notifications";
import { screen } from "@testing-library/react";
import { act } from "react";
import { expect, test } from "vitest";
import { open, serve } from "@/world";

test("a notice is seen although what draws it comes only with it", async () => {
  serve({});
  open(() => <p>page</p>, "/page");
  await screen.findByText("page");
  act(() => void notifications.show({ message: "It is saved." }));
  expect(await screen.findByText("It is saved.")).toBeTruthy();
});
