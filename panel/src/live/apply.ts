import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "../api/queries";
import type { MessagePage, MessageView, QueueView, TicketDetail, TicketPage, TicketRow } from "../api/types";
import type { LiveEvent } from "./connection";
import { dropRow, mergeMessage, mergeRow } from "./merge";

/** Brings an event into the cache. What is only for people (notices, typing, presence) is left to others. */
export function applyEvent(client: QueryClient, event: LiveEvent, userId: string): void {
  switch (event.type) {
    case "ticket_changed":
      applyTicket(client, event.data.ticket, userId);
      break;
    case "ticket_gone":
      applyTicketGone(client, event.data.ticket_id);
      break;
    case "ticket_message":
    case "message_updated":
      applyMessage(client, event.data);
      break;
    case "counts":
      applyState(client, keys.counts, event.data);
      break;
    case "whatsapp":
      applyState(client, keys.whatsapp, event.data);
      break;
    case "mode":
      applyState(client, keys.mode, event.data);
      break;
    case "health":
      applyState(client, keys.health, event.data);
      break;
  }
}

/** A present state without a version: an answer still on its way is older and must not overwrite it. */
function applyState(client: QueryClient, queryKey: readonly string[], state: unknown): void {
  void client.cancelQueries({ queryKey, exact: true });
  client.setQueryData(queryKey, state);
}

/** Brings a newer copy of a ticket into every loaded tab and into its detail; our own answers pass here as well. */
export function applyTicket(client: QueryClient, row: TicketRow, userId: string): void {
  for (const [queryKey] of client.getQueriesData<InfiniteData<TicketPage>>({ queryKey: keys.queue })) {
    const [, view, q] = queryKey as readonly [string, QueueView, string];
    client.setQueryData<InfiniteData<TicketPage>>(queryKey, (data) => {
      if (!data) return data;
      const pages = mergeRow(data.pages, row, { view, userId, searching: q !== "" });
      return pages === data.pages ? data : { ...data, pages: [...pages] };
    });
  }
  const detail = client.getQueryData<TicketDetail>(keys.ticket(row.id));
  if (!detail || detail.ticket.version >= row.version) return;
  client.setQueryData<TicketDetail>(keys.ticket(row.id), { ...detail, ticket: row });
  // How it ended is told by the detail only.
  if (detail.ticket.status !== row.status) void client.invalidateQueries({ queryKey: keys.ticket(row.id) });
}

/** Takes a ticket that we may not see any more out of every tab. */
function dropFromQueue(client: QueryClient, ticketId: string): void {
  client.setQueriesData<InfiniteData<TicketPage>>({ queryKey: keys.queue }, (data) => {
    if (!data) return data;
    const pages = dropRow(data.pages, ticketId);
    return pages === data.pages ? data : { ...data, pages: [...pages] };
  });
}

function applyTicketGone(client: QueryClient, ticketId: string): void {
  dropFromQueue(client, ticketId);
  void client.invalidateQueries({ queryKey: keys.ticket(ticketId) });
  void client.invalidateQueries({ queryKey: keys.messagesOf(ticketId) });
}

/**
 * Brings a line into the loaded conversations of its contact: a conversation belongs to the contact, so each loaded
 * ticket of the same contact shows it.
 */
export function applyMessage(
  client: QueryClient,
  { contact_id, ticket_id, message }: { contact_id: string; ticket_id: string | null; message: MessageView },
): void {
  const ofContact = client
    .getQueriesData<TicketDetail>({ queryKey: keys.tickets })
    .flatMap(([, detail]) => (detail?.ticket.contact_id === contact_id ? [detail.ticket.id] : []));
  for (const id of new Set(ticket_id === null ? ofContact : [...ofContact, ticket_id])) {
    client.setQueryData<InfiniteData<MessagePage>>(keys.messagesOf(id), (data) => {
      if (!data) return data;
      const pages = mergeMessage(data.pages, message);
      return pages === data.pages ? data : { ...data, pages: [...pages] };
    });
  }
}

/** Puts recent events on top of an answer that may have been read before them. */
export function replay(client: QueryClient, events: readonly LiveEvent[], userId: string): void {
  for (const event of events) {
    if (event.type === "ticket_gone") dropFromQueue(client, event.data.ticket_id);
    else applyEvent(client, event, userId);
  }
}
