// Reading what customers answered when they were asked how it was.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Read, Row } from "@/api/types";

const SURVEYS = "/api/v2/routing/surveys";
export const SURVEYS_KEY = ["surveys"];
export const GROUPS = ["workstream", "queue", "agent"] as const;
export const RATINGS = [5, 4, 3, 2, 1] as const;

export type Survey = Row<typeof SURVEYS>;
export type Sum = Read<`${typeof SURVEYS}/aggregates`>["groups"][number];
export type Group = (typeof GROUPS)[number];
export interface Span {
  from: string;
  to: string;
}

/** The moments of the API for a span of whole days in the person's own zone. */
function momentsOf({ from, to }: Span) {
  const after = new Date(`${to}T00:00`);
  after.setDate(after.getDate() + 1);
  return { from: new Date(`${from}T00:00`).toISOString(), to: after.toISOString() };
}

export const readSurveys =
  (span: Span, rating: string | undefined) => (after: string | undefined) =>
    answer(
      api.GET(SURVEYS, {
        params: {
          query: {
            ...momentsOf(span),
            pageSize: 50,
            ...(rating && { rating: Number(rating) }),
            ...(after && { after }),
          },
        },
      }),
    );

/** The answers summed up, by whom or what they are about; what was read stays meanwhile. */
export const sumsQuery = (span: Span, groupBy: Group) =>
  queryOptions({
    queryKey: [...SURVEYS_KEY, "sums", span, groupBy],
    queryFn: () =>
      answer(
        api.GET(`${SURVEYS}/aggregates`, { params: { query: { ...momentsOf(span), groupBy } } }),
      ),
    placeholderData: keepPreviousData,
  });

export interface Total {
  asked: number;
  answered: number;
  commented: number;
  ratings: Record<string, number>;
  average: number | undefined;
}

/** All groups together. */
export function totalOf(sums: Sum[]): Total {
  const add = (field: "asked" | "answered" | "commented") =>
    sums.reduce((total, sum) => total + sum[field], 0);
  const ratings = Object.fromEntries(
    RATINGS.map((rating) => [
      rating,
      sums.reduce((total, sum) => total + (sum.ratings[rating] ?? 0), 0),
    ]),
  );
  const rated = RATINGS.reduce((total, rating) => total + (ratings[rating] ?? 0), 0);
  const stars = RATINGS.reduce((total, rating) => total + rating * (ratings[rating] ?? 0), 0);
  return {
    asked: add("asked"),
    answered: add("answered"),
    commented: add("commented"),
    ratings,
    average: rated > 0 ? stars / rated : undefined,
  };
}
