import { expect, test } from "vitest";
import { refusal, serve } from "@/world";
import { answer, api, rememberCsrfToken } from "./client";
import { ApiError, fieldErrors, inParts } from "./errors";
import { absorbNewest } from "./keyset";
import { allows } from "./permissions";

test.each([
  [["messaging:integration:view"], true],
  [["messaging:*:view"], true],
  [["*:*:*"], true],
  [["messaging:integration:*"], true],
  [["messaging:template:view"], false],
  [[], false],
])("who holds %j may view integrations: %s", (held, expected) => {
  expect(allows(held, ["messaging:integration:view"])).toBe(expected);
});

test("of several permissions any one will do", () => {
  expect(allows(["b:b:b"], ["a:a:a", "b:b:b"])).toBe(true);
});

test("every write carries the CSRF token, and a read does not", async () => {
  const calls = serve({});
  rememberCsrfToken("secret");
  await answer(api.GET("/api/v2/oauth/clients"));
  await answer(api.POST("/api/v2/oauth/clients", { body: { name: "CRM" } }));
  expect(calls.map((call) => call.headers.get("X-CSRF-Token"))).toEqual([null, "secret"]);
});

test("a refusal carries the words, the code, the context and the time to wait", async () => {
  serve({
    "GET /api/v2/oauth/clients": refusal(
      429,
      { code: "too.many.requests", message: "Slow down.", contextId: "abc" },
      { "Retry-After": "7" },
    ),
  });
  const error = await answer(api.GET("/api/v2/oauth/clients")).catch(
    (failure: ApiError) => failure,
  );
  expect(error).toMatchObject({
    code: "too.many.requests",
    message: "Slow down.",
    contextId: "abc",
    retryAfterSeconds: 7,
  });
});

test("a detail finds its field, also when the API names it by a path", () => {
  const error = new ApiError(
    {
      message: "The request is not valid.",
      details: [
        { fieldName: "name", message: "Taken." },
        { fieldName: "data.email", message: "Not an address." },
        { fieldName: "week[2].from", message: "No time of day." },
        { fieldName: "elsewhere", message: "Lost." },
      ],
    },
    400,
  );
  expect(fieldErrors(error, ["name", "email", "week"])).toEqual({
    name: "Taken.",
    email: "Not an address.",
    week: "No time of day.",
  });
});

test.each([
  ["There is no opt-in. Record one first.", ["There is no opt-in.", "Record one first."]],
  ["There is no opt-in; record one first.", ["There is no opt-in", "Record one first."]],
  ["Version 1.5 is too old.", ["Version 1.5 is too old.", undefined]],
  ["Slow down", ["Slow down", undefined]],
])("what happened stands apart from what mends it: %s", (message, parts) => {
  expect(inParts(message)).toEqual(parts);
});

const pagesOf = (...ids: string[][]) => ({
  pages: ids.map((page) => ({ entities: page, nextUri: "/x?after=1" })),
  pageParams: ids.map(() => undefined),
});
const absorbed = (loaded: string[][], newest: string[], nextUri?: string) =>
  absorbNewest(pagesOf(...loaded), { entities: newest, nextUri }, (id) => id).pages.flatMap(
    (page) => page.entities,
  );

test.each([
  ["a new row comes first", [["c", "b"], ["a"]], ["d", "c"], "/n", ["d", "c", "b", "a"]],
  ["a row that left the filter goes", [["c", "b", "a"]], ["c", "a"], undefined, ["c", "a"]],
  ["more new rows than a page start the list over", [["b", "a"]], ["z", "y"], "/n", ["z", "y"]],
])("live lists: %s", (_, loaded, newest, nextUri, expected) => {
  expect(absorbed(loaded, newest, nextUri)).toEqual(expected);
});
