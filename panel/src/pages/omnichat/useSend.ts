import { useQueryClient } from "@tanstack/react-query";
import type { ReplyBody, TicketRow } from "../../api/types";
import { ulid } from "../../lib/ulid";
import { applyMessage } from "../../live/apply";
import { type Outgoing, outbox } from "./outbox";

type Content = Omit<ReplyBody, "client_id">;

/** Ways to put something into this ticket's conversation: shown at once, confirmed when the server has it. */
export function useSend(ticket: Pick<TicketRow, "id" | "contact_id">) {
  const client = useQueryClient();
  const confirmed = ({ ticketId }: Outgoing, message: Parameters<typeof applyMessage>[1]["message"]) =>
    applyMessage(client, { contact_id: ticket.contact_id, ticket_id: ticketId, message });

  const put = (kind: Outgoing["kind"], content: Content, text: string, fileName: string | null) => {
    const clientId = ulid();
    const body = { ...content, client_id: clientId };
    const atIso = new Date().toISOString();
    const state = "sending" as const;
    outbox.send({ clientId, ticketId: ticket.id, kind, body, text, fileName, atIso, state, error: null }, confirmed);
  };

  return {
    reply: (content: Content, shown: { text: string; fileName?: string }) =>
      put("reply", content, shown.text, shown.fileName ?? null),
    note: (text: string) => put("note", { text }, text, null),
    retry: (clientId: string) => outbox.retry(clientId, confirmed),
    discard: outbox.discard,
  };
}
