// Reading and writing skills and languages, and how good people are at them; and capacities.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Queue, SkillKind } from "./types";

const CAPACITY = "/api/v2/routing/utilization";
const USER_CAPACITY = "/api/v2/routing/users/{user_id}/utilization";
export const SKILLS_KEY = ["skills"];
export const CAPACITY_KEY = ["capacity"];

export const readSkills = (kind: SkillKind, name: string | undefined) => (pageNumber: number) =>
  answer(
    api.GET(`/api/v2/routing/${kind}`, {
      params: { query: { pageSize: 100, pageNumber, ...(name && { name: `*${name}` }) } },
    }),
  );

/** The skills or languages to choose from. */
export const skillChoicesQuery = (kind: SkillKind) =>
  queryOptions({ queryKey: [...SKILLS_KEY, "choices", kind], queryFn: () => readAll(kind) });

const readAll = (kind: SkillKind) =>
  answer(api.GET(`/api/v2/routing/${kind}`, { params: { query: { pageSize: 500 } } }));

export const addSkill = (kind: SkillKind, name: string) =>
  answer(api.POST(`/api/v2/routing/${kind}`, { body: { name } }));

export const renameSkill = (kind: SkillKind, id: string, name: string) =>
  kind === "skills"
    ? answer(
        api.PUT("/api/v2/routing/skills/{skill_id}", {
          params: { path: { skill_id: id } },
          body: { name },
        }),
      )
    : answer(
        api.PUT("/api/v2/routing/languages/{language_id}", {
          params: { path: { language_id: id } },
          body: { name },
        }),
      );

const FIRST_PEOPLE = { pageSize: 100 };

/** Who has a skill or speaks a language, the best first; the first hundred. */
export const skilledQuery = (kind: SkillKind, id: string) =>
  queryOptions({
    queryKey: [...SKILLS_KEY, "people", kind, id],
    queryFn: () =>
      kind === "skills"
        ? answer(
            api.GET("/api/v2/routing/skills/{skill_id}/users", {
              params: { path: { skill_id: id }, query: FIRST_PEOPLE },
            }),
          )
        : answer(
            api.GET("/api/v2/routing/languages/{language_id}/users", {
              params: { path: { language_id: id }, query: FIRST_PEOPLE },
            }),
          ),
  });

export const deleteSkill = ({ kind, id }: { kind: SkillKind; id: string }) =>
  kind === "skills"
    ? answer(
        api.DELETE("/api/v2/routing/skills/{skill_id}", { params: { path: { skill_id: id } } }),
      )
    : answer(
        api.DELETE("/api/v2/routing/languages/{language_id}", {
          params: { path: { language_id: id } },
        }),
      );

const at = (user_id: string) => ({ params: { path: { user_id } } });

export const userSkillsQuery = (kind: SkillKind, userId: string) =>
  queryOptions({
    queryKey: [...SKILLS_KEY, "of", userId, kind],
    queryFn: () =>
      answer(
        api.GET(`/api/v2/users/{user_id}/routing${kind}`, {
          params: { path: { user_id: userId }, query: { pageSize: 500 } },
        }),
      ),
  });

/** Say how good somebody is at a skill or a language; it is given to who does not have it. */
export const rate = (kind: SkillKind, userId: string, id: string, proficiency: number) =>
  answer(
    api.PATCH(`/api/v2/users/{user_id}/routing${kind}/bulk`, {
      ...at(userId),
      body: [{ id, proficiency }],
    }),
  );

export const take = (kind: SkillKind, user_id: string, id: string) =>
  kind === "skills"
    ? answer(
        api.DELETE("/api/v2/users/{user_id}/routingskills/{skill_id}", {
          params: { path: { user_id, skill_id: id } },
        }),
      )
    : answer(
        api.DELETE("/api/v2/users/{user_id}/routinglanguages/{language_id}", {
          params: { path: { user_id, language_id: id } },
        }),
      );

export const userQueuesQuery = (userId: string) =>
  queryOptions({
    queryKey: ["queues", "of", userId],
    queryFn: async () => {
      const params = { path: { user_id: userId }, query: { pageSize: 100 } };
      const { entities } = await answer(api.GET("/api/v2/users/{user_id}/queues", { params }));
      return entities as unknown as Queue[];
    },
  });

export const join = (user_id: string, queue_id: string, joined: boolean) =>
  answer(
    api.PATCH("/api/v2/users/{user_id}/queues/{queue_id}", {
      params: { path: { user_id, queue_id } },
      body: { joined },
    }),
  );

const units = (maximumCapacity: number) => ({
  body: { utilization: { message: { maximumCapacity } } },
});

export const capacityQuery = queryOptions({
  queryKey: [...CAPACITY_KEY, "default"],
  queryFn: () => answer(api.GET(CAPACITY)),
});
export const setCapacity = (count: number) => answer(api.PUT(CAPACITY, units(count)));

export const userCapacityQuery = (userId: string) =>
  queryOptions({
    queryKey: [...CAPACITY_KEY, userId],
    queryFn: () => answer(api.GET(USER_CAPACITY, at(userId))),
  });
/** Set a person's own capacity; without a number they have the organization's again. */
export const setUserCapacity = async (userId: string, count: number | undefined) => {
  if (count === undefined) await answer(api.DELETE(USER_CAPACITY, at(userId)));
  else await answer(api.PUT(USER_CAPACITY, { ...at(userId), ...units(count) }));
};
