// What a supervisor may see and do on the board.
export const mayBoard = {
  view: ["routing:queue:view"],
  viewAgents: ["routing:queueMember:manage", "directory:user:view"],
  edit: ["routing:conversation:edit"],
  assign: ["conversation:message:assign"],
  takeOver: ["conversation:message:takeOver"],
  viewConversation: ["analytics:conversationDetail:view"],
} as const;
