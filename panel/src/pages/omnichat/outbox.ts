import { useSyncExternalStore } from "react";
import { http } from "../../api/client";
import { isTransient, wordError } from "../../api/errors";
import type { MessageView, ReplyBody } from "../../api/types";

const AUTOMATIC_TRIES = 3;
const BETWEEN_TRIES_MS = 1500;

/** A message written here that the server has not confirmed yet. */
export interface Outgoing {
  clientId: string;
  ticketId: string;
  kind: "reply" | "note";
  body: ReplyBody;
  /** How it is shown meanwhile. */
  text: string;
  fileName: string | null;
  atIso: string;
  state: "sending" | "failed";
  error: string | null;
}

type Confirmed = (outgoing: Outgoing, line: MessageView) => void;

let items: readonly Outgoing[] = [];
const listeners = new Set<() => void>();
/** One after the other per ticket, so that messages leave in the order in which they were written. */
const tails = new Map<string, Promise<void>>();

function set(next: readonly Outgoing[]): void {
  items = next;
  for (const listener of listeners) listener();
}

function patch(clientId: string, change: Partial<Outgoing>): void {
  set(items.map((item) => (item.clientId === clientId ? { ...item, ...change } : item)));
}

async function post(outgoing: Outgoing): Promise<MessageView> {
  const params = { path: { ticket_id: outgoing.ticketId } };
  const { data } =
    outgoing.kind === "note"
      ? await http.POST("/api/tickets/{ticket_id}/note", {
          params,
          body: { client_id: outgoing.clientId, text: outgoing.text },
        })
      : await http.POST("/api/tickets/{ticket_id}/reply", { params, body: outgoing.body });
  if (!data) throw new Error("panel-api answered without a body");
  return data;
}

/** Sends; a hiccup of the network is tried again by itself: the same client id has one effect on the server. */
async function deliver(outgoing: Outgoing, confirmed: Confirmed): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const line = await post(outgoing);
      confirmed(outgoing, line);
      set(items.filter((item) => item.clientId !== outgoing.clientId));
      return;
    } catch (error) {
      if (!isTransient(error) || attempt === AUTOMATIC_TRIES) {
        patch(outgoing.clientId, { state: "failed", error: wordError(error) });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS * attempt));
    }
  }
}

function enqueue(outgoing: Outgoing, confirmed: Confirmed): void {
  const before = tails.get(outgoing.ticketId) ?? Promise.resolve();
  tails.set(
    outgoing.ticketId,
    before.then(() => deliver(outgoing, confirmed)),
  );
}

/** Unsent messages live outside the screens: switching tickets loses none. */
export const outbox = {
  send(outgoing: Outgoing, confirmed: Confirmed): void {
    set([...items, outgoing]);
    enqueue(outgoing, confirmed);
  },
  retry(clientId: string, confirmed: Confirmed): void {
    const failed = items.find((item) => item.clientId === clientId && item.state === "failed");
    if (!failed) return;
    patch(clientId, { state: "sending", error: null });
    enqueue(failed, confirmed);
  },
  discard(clientId: string): void {
    set(items.filter((item) => item.clientId !== clientId));
  },
};

export function useOutbox(): readonly Outgoing[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => items,
  );
}
