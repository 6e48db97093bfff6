// What a role may do on the desk.
export const mayDesk = {
  work: ["conversation:communication:view"],
  write: ["conversation:message:create"],
  pick: ["conversation:message:pull"],
  park: ["conversation:message:park"],
  monitor: ["conversation:message:monitor"],
  takeOver: ["conversation:message:takeOver"],
  end: ["conversation:communication:disconnect"],
  transfer: ["conversation:communication:blindTransfer"],
  consult: [
    "conversation:communication:blindTransfer",
    "conversation:communication:blindTransferAgent",
  ],
  readNotes: ["conversation:note:view"],
  writeNotes: ["conversation:note:add"],
  seeOthers: ["conversation:message:view", "analytics:conversationDetail:view"],
  seeResponses: ["responses:response:view"],
  seeReplies: ["conversation:message:view", "routing:workstream:view"],
  seeMembers: ["routing:queue:view"],
  tag: ["conversation:externalTag:edit"],
} as const;
