// The shapes of queues, skills and wrap-up codes, cut from the API's document. Where it says only
// that there is an object, what is in it stands here.
import type { Asked, Read, Ref, Row } from "@/api/types";

type QueueAsIs = Row<"/api/v2/routing/queues">;
export type QueueEdit = Asked<"/api/v2/routing/queues">;
export interface Queue extends Omit<
  QueueAsIs,
  "mediaSettings" | "acwSettings" | "bullseye" | "overflow"
> {
  mediaSettings: {
    message: {
      enableAutoAnswer: boolean;
      alertingTimeoutSeconds: number;
      serviceLevel: { percentage: number; durationMs: number };
    };
  };
  acwSettings: { wrapupPrompt: string; timeoutMs: number };
  bullseye?: {
    rings: {
      expansionCriteria: { threshold: number }[];
      actions: { skillsToRemove: Ref[] };
    }[];
  };
  overflow?: { action: string; afterSeconds: number; queue?: Ref };
}
export type Member = Row<"/api/v2/routing/queues/{queue_id}/members">;
export type Skill = Row<"/api/v2/routing/skills">;
export type UserSkill = Row<"/api/v2/users/{user_id}/routingskills">;
export type WrapupCode = Row<"/api/v2/routing/wrapupcodes">;
export type WrapupCodeEdit = Asked<"/api/v2/routing/wrapupcodes">;
export type Capacity = Read<"/api/v2/routing/utilization">;
export type SkillKind = "skills" | "languages";
