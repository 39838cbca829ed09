import type { LiveEvent } from "./connection";

const KEPT_MS = 60_000;

type Versioned = Extract<LiveEvent, { type: "ticket_changed" | "ticket_gone" | "ticket_message" | "message_updated" }>;

/**
 * The latest event of each ticket and each line of the last minute. An answer to a question asked before an event may
 * arrive after it and would put the old state back: what the socket told meanwhile is applied on top again. Events carry
 * versions, so applying one twice changes nothing.
 */
export class RecentEvents {
  private readonly latest = new Map<string, { event: Versioned; atMs: number }>();

  remember(event: LiveEvent, nowMs: number = Date.now()): void {
    const id = subjectOf(event);
    if (id === null) return;
    this.forgetOlderThan(nowMs - KEPT_MS);
    this.latest.delete(id);
    this.latest.set(id, { event: event as Versioned, atMs: nowMs });
  }

  /** In the order in which they came. */
  list(nowMs: number = Date.now()): Versioned[] {
    this.forgetOlderThan(nowMs - KEPT_MS);
    return [...this.latest.values()].map(({ event }) => event);
  }

  private forgetOlderThan(limitMs: number): void {
    for (const [id, { atMs }] of this.latest) {
      if (atMs >= limitMs) return;
      this.latest.delete(id);
    }
  }
}

function subjectOf(event: LiveEvent): string | null {
  switch (event.type) {
    case "ticket_changed":
      return `ticket ${event.data.ticket.id}`;
    case "ticket_gone":
      return `ticket ${event.data.ticket_id}`;
    case "ticket_message":
    case "message_updated":
      return `line ${event.data.message.id}`;
    default:
      return null;
  }
}
