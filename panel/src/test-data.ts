import type { MessageView, Session, TicketDetail, TicketRow } from "./api/types";

/** Values for tests: complete and boring; a test names only what it is about. */
export function aLine(about: Partial<MessageView> = {}): MessageView {
  return {
    id: "m1",
    seq: 1,
    version: 1,
    at: "2026-11-23T12:00:00Z",
    direction: "in",
    author: { kind: "customer", id: null, name: "Nélida Correa" },
    kind: "text",
    text: "hola",
    media: null,
    location: null,
    contact_cards: [],
    poll_options: [],
    quoted: null,
    reactions: [],
    edited: false,
    deleted: false,
    status: null,
    failure: null,
    ticket_id: "t1",
    client_id: null,
    ...about,
  };
}

export function aRow(about: Partial<TicketRow> = {}): TicketRow {
  return {
    id: "t1",
    number: 4300,
    version: 1,
    status: "pending",
    area: "support",
    department: { id: "soporte", name: "Soporte" },
    contact_id: "c1",
    customer_id: null,
    customer_name: "Nélida Correa",
    phone: "5493515550001",
    reason: "Sin internet",
    summary: null,
    opened_at: "2026-11-23T12:00:00Z",
    waiting_since: "2026-11-23T12:00:00Z",
    assignee: null,
    zone: null,
    unread: 0,
    last_message_at: "2026-11-23T12:00:00Z",
    preview: "hola",
    preview_author: { kind: "customer", id: null, name: null },
    ...about,
  };
}

export function aDetail(row: TicketRow): TicketDetail {
  return { ticket: row, closed_at: null, closed_by: null, close_comment: null };
}

export function aSession(about: Partial<Session> = {}): Session {
  return {
    user: { id: "me", username: "ana", name: "Ana Gutiérrez", role: "operator", departments: ["soporte"] },
    must_change_password: false,
    permissions: ["omnichat.use"],
    company: { name: "Red Sur Internet", timezone: "America/Argentina/Cordoba", logo_url: null },
    expires_at: "2026-11-24T12:00:00Z",
    ...about,
  };
}
