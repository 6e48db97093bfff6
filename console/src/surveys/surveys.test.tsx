import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { open, serve } from "@/world";
import { SurveysPage } from ".";
import { csvOf } from "./csv";
import { totalOf } from "./queries";

const ratings = (...counts: number[]) =>
  Object.fromEntries(counts.map((count, at) => [String(at + 1), count]));
const GROUPS = [
  {
    group: { id: "w1", name: "Shop" },
    asked: 10,
    answered: 4,
    commented: 1,
    ratings: ratings(1, 0, 0, 0, 3),
    averageRating: 4,
  },
  { asked: 2, answered: 0, commented: 0, ratings: ratings(0, 0, 0, 0, 0) },
];
const SURVEY = {
  id: "s1",
  conversation: { id: "c1" },
  workstream: { id: "w1", name: "Shop" },
  agent: { id: "u1", name: "Nora" },
  state: "done",
  rating: 5,
  comment: "Quick and kind",
  dateAsked: new Date().toISOString(),
};
const SERVER = {
  "GET /api/v2/routing/surveys/aggregates": { groupBy: "workstream", groups: GROUPS },
  "GET /api/v2/routing/surveys": { entities: [SURVEY] },
};

test("groups are added up to one average, and none at all has no average", () => {
  expect(totalOf(GROUPS)).toMatchObject({ asked: 12, answered: 4, commented: 1, average: 4 });
  expect(totalOf([]).average).toBeUndefined();
});

test("figures become a file that a spreadsheet reads as figures and never as formulas", () => {
  expect(
    csvOf([
      ["Queue", "Average"],
      ['=SUM("A")', 4.5],
      [undefined, -1],
    ]),
  ).toBe('\uFEFF"Queue","Average"\r\n"\'=SUM(""A"")","4.5"\r\n"","-1"\r\n');
});

test("ratings stand as bars with figures, by group, and each with its words and conversation", async () => {
  serve(SERVER);
  open(SurveysPage, "/reports/surveys");
  expect(await screen.findByText("4 of 12 answered (33 %)")).toBeTruthy();
  expect(screen.getByText("3 (75 %)")).toBeTruthy();
  const table = screen.getByRole("table", { name: "Ratings in figures" });
  expect(within(table).getByRole("row", { name: /Shop/ })).toBeTruthy();
  expect(within(table).getByRole("row", { name: /Nobody/ })).toBeTruthy();
  const link = await screen.findByRole("link", { name: "5 stars" });
  expect(link.getAttribute("href")).toBe("/interactions/c1");
  expect(screen.getByText("Quick and kind")).toBeTruthy();
});

test("days go to the API as whole days, and the address keeps how it is summed up", async () => {
  const calls = serve(SERVER);
  const router = open(SurveysPage, "/reports/surveys?from=2026-03-01&to=2026-03-31&rating=1");
  await screen.findByText("4 of 12 answered (33 %)");
  const asked = calls.find(({ path }) => path.endsWith("/aggregates"))?.query;
  expect(asked?.from).toBe(new Date("2026-03-01T00:00").toISOString());
  expect(asked?.to).toBe(new Date("2026-04-01T00:00").toISOString());
  expect(calls.some(({ query }) => query.rating === "1")).toBe(true);
  await userEvent.click(screen.getByText("Person", { selector: "label *" }));
  await waitFor(() => expect(router.state.location.href).toContain("groupBy=agent"));
});

test("who sees only sums is not asked for single answers", async () => {
  const calls = serve({
    ...SERVER,
    "GET /api/v2/users/me": {
      id: "me",
      authorization: { permissions: ["analytics:conversationAggregate:view"] },
    },
  });
  open(SurveysPage, "/reports/surveys");
  await screen.findByText("4 of 12 answered (33 %)");
  expect(calls.some(({ path }) => path === "/api/v2/routing/surveys")).toBe(false);
});
