// What a role may see of surveys.
export const maySurveys = {
  view: ["analytics:conversationDetail:view"],
  viewSums: ["analytics:conversationAggregate:view"],
  open: ["analytics:conversationAggregate:view", "analytics:conversationDetail:view"],
} as const;
