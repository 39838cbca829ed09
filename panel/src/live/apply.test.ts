import { type InfiniteData, QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { keys } from "../api/queries";
import type { MessagePage, TicketDetail, TicketPage, TicketRow } from "../api/types";
import { aDetail, aLine, aRow } from "../test-data";
import { applyEvent, replay } from "./apply";
import type { LiveEvent } from "./connection";
import { flattenMessages, flattenRows } from "./merge";
import { RecentEvents } from "./recent";

const ME = "me";
const COUNTS = { pending: 1, in_progress: 0, mine: 0 };
let client: QueryClient;

const setQueue = (view: string, rows: TicketRow[]) =>
  client.setQueryData<InfiniteData<TicketPage>>([...keys.queue, view, ""], {
    pages: [{ rows, next: null, counts: COUNTS }],
    pageParams: [""],
  });
const queue = (view: string) =>
  flattenRows(client.getQueryData<InfiniteData<TicketPage>>([...keys.queue, view, ""])?.pages ?? []).map(
    (row) => row.id,
  );
const setLines = (ticketId: string, ...seqs: number[]) =>
  client.setQueryData<InfiniteData<MessagePage>>(keys.messagesOf(ticketId), {
    pages: [{ messages: seqs.map((seq) => aLine({ id: `m${seq}`, seq })), next: null }],
    pageParams: [""],
  });
const lines = (ticketId: string) =>
  flattenMessages(client.getQueryData<InfiniteData<MessagePage>>(keys.messagesOf(ticketId))?.pages ?? []).map(
    (line) => line.seq,
  );

const changed = (ticket: TicketRow): LiveEvent => ({
  type: "ticket_changed",
  cursor: "1",
  data: { change: "updated", ticket, actor: null },
});
const said = (seq: number, ticketId: string | null = "t1"): LiveEvent => ({
  type: "ticket_message",
  cursor: "1",
  data: { contact_id: "c1", ticket_id: ticketId, message: aLine({ id: `m${seq}`, seq }) },
});

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } });
});

describe("live events in the cache", () => {
  it("move a taken ticket from the queue to its agent", () => {
    setQueue("pending", [aRow()]);
    setQueue("mine", []);
    client.setQueryData(keys.ticket("t1"), aDetail(aRow()));
    const taken = aRow({ version: 2, status: "in_progress", assignee: { id: ME, name: "Ana" } });
    applyEvent(client, changed(taken), ME);
    expect([queue("pending"), queue("mine")]).toEqual([[], ["t1"]]);
    expect(client.getQueryData<TicketDetail>(keys.ticket("t1"))?.ticket.assignee?.id).toBe(ME);
  });

  it("add a message once, in every loaded ticket of the same contact", () => {
    client.setQueryData(keys.ticket("t1"), aDetail(aRow()));
    client.setQueryData(keys.ticket("t0"), aDetail(aRow({ id: "t0", status: "closed" })));
    setLines("t1", 1);
    setLines("t0", 1);
    applyEvent(client, said(2), ME);
    applyEvent(client, said(2), ME);
    expect([lines("t1"), lines("t0")]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("reach the conversation of the contact when the line has no ticket", () => {
    client.setQueryData(keys.ticket("t1"), aDetail(aRow()));
    setLines("t1", 1);
    applyEvent(client, said(2, null), ME);
    expect(lines("t1")).toEqual([1, 2]);
  });

  it("take a ticket out of every tab when it may not be seen any more", () => {
    setQueue("pending", [aRow(), aRow({ id: "t2" })]);
    applyEvent(client, { type: "ticket_gone", cursor: "1", data: { ticket_id: "t1" } }, ME);
    expect(queue("pending")).toEqual(["t2"]);
  });

  it("never load what nobody looks at", () => {
    applyEvent(client, said(1), ME);
    applyEvent(client, changed(aRow()), ME);
    expect(client.getQueryCache().getAll()).toEqual([]);
  });

  it("keep the numbers of the tabs and the mode", () => {
    const operation = {
      mode: "STOPPED",
      emergency_message: "x",
      zones_enabled: false,
      zone_ids: [],
      zone_message: "",
      revision: 4,
    } as const;
    applyEvent(client, { type: "counts", cursor: null, data: COUNTS }, ME);
    applyEvent(client, { type: "mode", cursor: null, data: { ...operation, zone_ids: [] } }, ME);
    expect(client.getQueryData(keys.counts)).toEqual(COUNTS);
    expect(client.getQueryData(keys.mode)).toEqual(operation);
  });
});

describe("an answer that was read before an event and arrives after it", () => {
  it("gets the message back on top", () => {
    const recent = new RecentEvents();
    recent.remember(said(2));
    setLines("t1", 1);
    replay(client, recent.list(), ME);
    expect(lines("t1")).toEqual([1, 2]);
  });

  it("does not resurrect a ticket that went away, nor lose one that came back", () => {
    const recent = new RecentEvents();
    const gone: LiveEvent = { type: "ticket_gone", cursor: "2", data: { ticket_id: "t1" } };
    recent.remember(changed(aRow()));
    recent.remember(gone);
    setQueue("pending", [aRow()]);
    replay(client, recent.list(), ME);
    expect(queue("pending")).toEqual([]);

    recent.remember(changed(aRow({ version: 5 })));
    setQueue("pending", [aRow({ version: 5 })]);
    replay(client, recent.list(), ME);
    expect(queue("pending")).toEqual(["t1"]);
  });

  it("is left alone after a minute", () => {
    const recent = new RecentEvents();
    recent.remember(said(2), 1000);
    expect(recent.list(60_500)).toHaveLength(1);
    expect(recent.list(61_500)).toHaveLength(0);
  });
});
