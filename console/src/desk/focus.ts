// Who has just taken a conversation writes next: its text field gets the focus when it appears.
let wanted: string | undefined;

export function focusOn(conversationId: string): void {
  wanted = conversationId;
}

/** Whether the field of this conversation is the one that was asked for; it is asked once. */
export function takesFocus(conversationId: string): boolean {
  if (wanted !== conversationId) return false;
  wanted = undefined;
  return true;
}
