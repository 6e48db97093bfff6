import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced } from "./pace";

const EVERY = { everyMs: 1_000 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  seeThePage(true);
  vi.useRealTimers();
});

function seeThePage(isSeen: boolean) {
  Object.defineProperty(document, "hidden", { value: !isSeen, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

test("it asks at once, and once more for all that comes within the second", async () => {
  const read = vi.fn(() => Promise.resolve());
  const { ask } = paced(read, EVERY);
  ask();
  await vi.advanceTimersByTimeAsync(0);
  expect(read).toHaveBeenCalledTimes(1);
  for (let n = 0; n < 30; n++) ask();
  await vi.advanceTimersByTimeAsync(900);
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(read).toHaveBeenCalledTimes(2);
});

test("it does not ask again before the answer is there, however slow the server is", async () => {
  let answer = () => {};
  const read = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  const { ask } = paced(read, EVERY);
  ask();
  await vi.advanceTimersByTimeAsync(0);
  ask();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(read).toHaveBeenCalledTimes(1);
  answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(read).toHaveBeenCalledTimes(2);
});

test("a page that nobody sees asks when it is seen again, unless it has to know", async () => {
  const read = vi.fn(() => Promise.resolve());
  const always = vi.fn(() => Promise.resolve());
  seeThePage(false);
  paced(read, EVERY).ask();
  paced(always, { ...EVERY, inBackground: true }).ask();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(read).not.toHaveBeenCalled();
  expect(always).toHaveBeenCalledTimes(1);
  seeThePage(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(read).toHaveBeenCalledTimes(1);
});

test("what was left asks nothing any more", async () => {
  const read = vi.fn(() => Promise.resolve());
  const { ask, stop } = paced(read, EVERY);
  ask();
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(read).not.toHaveBeenCalled();
});
