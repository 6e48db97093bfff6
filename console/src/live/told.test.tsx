import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { open, serve, type Call } from "@/world";
import { live, useTold } from ".";

const CHANNELS = "/api/v2/notifications/channels";
const LISTS = "/api/v2/lists";

class FakeSocket {
  static last: FakeSocket;
  onopen: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;
  constructor() {
    FakeSocket.last = this;
  }
  says(eventBody: object) {
    this.onmessage({ data: JSON.stringify({ topicName: "lists", eventBody }) });
  }
}

const take = (body: unknown) => (body as { taken?: boolean }).taken === true;

function Part() {
  const everyMs = useTold("lists", ["lists"], 60_000, { take });
  const { isSuccess } = useQuery({
    queryKey: ["lists"],
    queryFn: () => fetch(new Request(`${location.origin}${LISTS}`)).then((got) => got.text()),
    refetchInterval: everyMs,
  });
  return <p>{isSuccess ? "known" : "asked"}</p>;
}

test("parts of a page that show the same read it once together, and not what they were told", async () => {
  vi.stubGlobal("WebSocket", FakeSocket);
  const calls = serve({
    [`POST ${CHANNELS}`]: { id: "one", connectUri: "", expires: "" },
    [`POST ${CHANNELS}/one/subscriptions`]: ({ body }: Call) => ({
      entities: (body as { id: string }[]).map(({ id }) => ({ id, state: "Permitted" })),
    }),
    [`GET ${LISTS}`]: { entities: [] },
  });
  const reads = () => calls.filter(({ path }) => path === LISTS).length;
  open(
    () => (
      <>
        <Part />
        <Part />
      </>
    ),
    "/lists",
  );
  live.start();
  expect(await screen.findAllByText("known")).toHaveLength(2);
  await waitFor(() => expect(FakeSocket.last).toBeTruthy());
  expect(reads()).toBe(1);
  FakeSocket.last.onopen();
  await waitFor(() => expect(reads()).toBe(2));
  FakeSocket.last.says({ taken: true });
  FakeSocket.last.says({ changed: true });
  await waitFor(() => expect(reads()).toBe(3));
  FakeSocket.last.says({ taken: true });
  await new Promise((done) => setTimeout(done, 0));
  expect(reads()).toBe(3);
});
