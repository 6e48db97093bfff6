import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serve, type Call } from "@/world";
import { Live } from "./connection";

const CHANNELS = "/api/v2/notifications/channels";

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;
  onclose: (ending: { code: number }) => void = () => undefined;
  constructor(readonly address: string) {
    FakeSocket.all.push(this);
  }
  says(topicName: string) {
    this.onmessage({ data: JSON.stringify({ topicName, eventBody: { changed: true } }) });
  }
}

let calls: Call[];
let channels = 0;
let taken: string | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  taken = undefined;
  vi.stubGlobal("WebSocket", FakeSocket);
  calls = serve({
    [`POST ${CHANNELS}`]: () => ({ id: `channel-${++channels}`, connectUri: "", expires: "" }),
    ...Object.fromEntries(
      ["POST", "PUT"].flatMap((method) =>
        Array.from({ length: 20 }, (_, n) => [
          `${method} ${CHANNELS}/channel-${n}/subscriptions`,
          ({ body }: Call) => ({
            entities: (body as { id: string }[]).map(({ id }) => ({
              id,
              state: id === "secret" || taken === id ? "Rejected" : "Permitted",
            })),
          }),
        ]),
      ),
    ),
  });
});

afterEach(() => vi.useRealTimers());

/** A connection that is open, with what is heard of a topic. */
async function connected(topic = "lists") {
  const live = new Live();
  const heard = vi.fn();
  live.listen(topic, heard);
  live.start();
  await vi.advanceTimersByTimeAsync(0);
  newest().onopen();
  heard.mockClear();
  return { live, heard };
}

const newest = () => FakeSocket.all.at(-1)!;
const opened = () => calls.filter(({ path }) => path === CHANNELS).length;

test("a page hears what it listens to, until it is left", async () => {
  const { live, heard } = await connected();
  newest().says("lists");
  newest().says("others");
  expect(heard).toHaveBeenCalledTimes(1);
  expect(live.isLive("lists")).toBe(true);
  const stop = live.listen("lists", heard);
  stop();
  newest().says("lists");
  expect(heard).toHaveBeenCalledTimes(1);
});

test("all pages share one socket, and nothing connects before somebody listens", async () => {
  const live = new Live();
  live.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(0);
  live.listen("one", vi.fn());
  live.listen("two", vi.fn());
  await vi.advanceTimersByTimeAsync(0);
  newest().onopen();
  live.listen("three", vi.fn());
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(1);
  expect(live.isLive("three")).toBe(true);
});

test("what changed before its topic was heard is read again once it is", async () => {
  const live = new Live();
  const [first, meanwhile, later] = [vi.fn(), vi.fn(), vi.fn()];
  live.listen("first", first);
  live.start();
  await vi.advanceTimersByTimeAsync(0);
  live.listen("meanwhile", meanwhile);
  newest().onopen();
  live.listen("later", later);
  live.listen("secret", later);
  expect(first).toHaveBeenCalledTimes(1);
  expect(meanwhile).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(0);
  expect([first, meanwhile, later].map((each) => each.mock.calls.length)).toEqual([1, 1, 1]);
  expect(later).toHaveBeenCalledWith(undefined);
});

test("a channel does not fill up with topics that nobody listens to any more", async () => {
  const { live, heard } = await connected();
  const topics = () => calls.filter(({ path }) => path.endsWith("/subscriptions"));
  for (let n = 0; n < 250; n++) {
    live.listen(`conversation ${n}`, vi.fn())();
    const stop = live.listen(`shown ${n}`, heard);
    await vi.advanceTimersByTimeAsync(0);
    expect(live.isLive(`shown ${n}`)).toBe(true);
    stop();
  }
  const replaced = topics().filter(({ method }) => method === "PUT");
  expect(replaced.length).toBeGreaterThan(0);
  for (const { body } of replaced) expect((body as object[]).length).toBeLessThan(5);
  expect(live.isLive("lists")).toBe(true);
});

test("what may not be heard is looked for as before", async () => {
  const { live } = await connected("secret");
  expect(live.isLive("secret")).toBe(false);
});

test("what was refused is asked for again by the next part of a page that listens", async () => {
  taken = "theirs";
  const { live, heard } = await connected("theirs");
  live.listen("others", vi.fn());
  await vi.advanceTimersByTimeAsync(0);
  expect(live.isLive("theirs")).toBe(false);
  taken = undefined;
  live.listen("theirs", vi.fn());
  await vi.advanceTimersByTimeAsync(0);
  expect(live.isLive("theirs")).toBe(true);
  expect(heard).toHaveBeenCalledTimes(1);
});

test("after a gap the same channel is used, and everything is read anew", async () => {
  const { live, heard } = await connected();
  const { address } = newest();
  const before = opened();
  newest().onclose({ code: 1012 });
  expect(live.isLive("lists")).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  newest().onopen();
  expect(FakeSocket.all).toHaveLength(2);
  expect(newest().address).toBe(address);
  expect(opened()).toBe(before);
  expect(heard).toHaveBeenCalledTimes(1);
});

test("a channel that is over is replaced by a new one", async () => {
  await connected();
  const { address } = newest();
  newest().onclose({ code: 1008 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(newest().address).not.toBe(address);
});

test("a server that stays away is asked less and less often", async () => {
  await connected();
  const times: number[] = [];
  for (let round = 0; round < 8; round++) {
    newest().onclose({ code: 1006 });
    const tried = FakeSocket.all.length;
    const begun = Date.now();
    while (FakeSocket.all.length === tried) await vi.advanceTimersByTimeAsync(100);
    times.push(Date.now() - begun);
  }
  expect(times[0]).toBeLessThanOrEqual(1_000);
  expect(times[7]).toBeGreaterThanOrEqual(15_000);
  expect(times[7]).toBeLessThanOrEqual(30_000);
});
