/** What was being written in each ticket, until it is sent or the page is closed. */
const drafts = new Map<string, string>();

export const draftOf = (ticketId: string): string => drafts.get(ticketId) ?? "";

export function keepDraft(ticketId: string, text: string): void {
  if (text) drafts.set(ticketId, text);
  else drafts.delete(ticketId);
}
