import { describe, expect, it } from "vitest";
import type { MessagePage, TicketPage } from "../api/types";
import { aLine, aRow } from "../test-data";
import { flattenMessages, flattenRows, mergeMessage, mergeRow } from "./merge";

const pages = (...seqs: number[][]): MessagePage[] =>
  seqs.map((list, index) => ({
    messages: list.map((seq) => aLine({ id: `m${seq}`, seq })),
    next: index === seqs.length - 1 ? "older" : `page-${index + 1}`,
  }));
const seqsOf = (all: readonly MessagePage[]) => all.map((page) => page.messages.map((line) => line.seq));

describe("a line that arrives live", () => {
  it("goes to the end when it is new", () => {
    expect(seqsOf(mergeMessage(pages([5, 6], [3, 4]), aLine({ id: "m7", seq: 7 })))).toEqual([
      [5, 6, 7],
      [3, 4],
    ]);
  });

  it("changes nothing when it comes twice", () => {
    const once = mergeMessage(pages([5, 6]), aLine({ id: "m7", seq: 7 }));
    const twice = mergeMessage(once, aLine({ id: "m7", seq: 7 }));
    expect(flattenMessages(twice)).toEqual(flattenMessages(once));
  });

  it("takes its place by sequence when it comes late", () => {
    const late = mergeMessage(mergeMessage(pages([5, 6]), aLine({ id: "m8", seq: 8 })), aLine({ id: "m7", seq: 7 }));
    expect(flattenMessages(late).map((line) => line.seq)).toEqual([5, 6, 7, 8]);
  });

  it("fills a hole in an older page", () => {
    expect(seqsOf(mergeMessage(pages([7, 8], [3, 5]), aLine({ id: "m4", seq: 4 })))).toEqual([
      [7, 8],
      [3, 4, 5],
    ]);
  });

  it("is left to paging when it is older than everything loaded", () => {
    const loaded = pages([7, 8]);
    expect(mergeMessage(loaded, aLine({ id: "m2", seq: 2 }))).toBe(loaded);
  });

  it("is kept when the whole conversation is loaded, even as its first line", () => {
    const whole: MessagePage[] = [{ messages: [], next: null }];
    expect(seqsOf(mergeMessage(whole, aLine({ id: "m1", seq: 1 })))).toEqual([[1]]);
  });

  it("replaces an older copy, and never a newer one", () => {
    const read = aLine({ id: "m5", seq: 5, version: 4, status: "read" });
    const sent = aLine({ id: "m5", seq: 5, version: 2, status: "sent" });
    const afterBoth = mergeMessage(mergeMessage(pages([5]), read), sent);
    expect(flattenMessages(afterBoth)).toEqual([read]);
  });

  it("appears once although two pages overlap", () => {
    const overlapping: MessagePage[] = [
      { messages: [aLine({ id: "m5", seq: 5, version: 2, text: "nuevo" })], next: "x" },
      { messages: [aLine({ id: "m4", seq: 4 }), aLine({ id: "m5", seq: 5, version: 1, text: "viejo" })], next: null },
    ];
    expect(flattenMessages(overlapping).map((line) => [line.seq, line.text])).toEqual([
      [4, "hola"],
      [5, "nuevo"],
    ]);
  });
});

const COUNTS = { pending: 0, in_progress: 0, mine: 0 };
const tab = (...ids: string[]): TicketPage[] => [{ rows: ids.map((id) => aRow({ id })), next: null, counts: COUNTS }];
const idsOf = (all: readonly TicketPage[]) => flattenRows(all).map((row) => row.id);
const PENDING = { view: "pending", userId: "me", searching: false } as const;

describe("a ticket that changes live", () => {
  it("appears in the tab where it stands", () => {
    expect(idsOf(mergeRow(tab("a"), aRow({ id: "b" }), PENDING))).toEqual(["a", "b"]);
  });

  it("leaves the queue when somebody takes it", () => {
    const taken = aRow({ id: "a", version: 2, status: "in_progress", assignee: { id: "me", name: "Ana" } });
    expect(idsOf(mergeRow(tab("a", "b"), taken, PENDING))).toEqual(["b"]);
    expect(idsOf(mergeRow(tab(), taken, { ...PENDING, view: "mine" }))).toEqual(["a"]);
    expect(idsOf(mergeRow(tab(), taken, { view: "mine", userId: "other", searching: false }))).toEqual([]);
  });

  it("is not put back by an older copy", () => {
    const newer = mergeRow(tab("a"), aRow({ id: "a", version: 3, preview: "nuevo" }), PENDING);
    const after = mergeRow(newer, aRow({ id: "a", version: 2, preview: "viejo" }), PENDING);
    expect(flattenRows(after)[0]?.preview).toBe("nuevo");
  });

  it("does not enter search results that the server did not give", () => {
    expect(idsOf(mergeRow(tab("a"), aRow({ id: "b" }), { ...PENDING, searching: true }))).toEqual(["a"]);
  });

  it("moves to its place: longest waiting first, who waits for nobody last", () => {
    const rows = [
      aRow({ id: "answered", waiting_since: null }),
      aRow({ id: "late", waiting_since: "2026-11-23T12:30:00Z" }),
      aRow({ id: "first", waiting_since: "2026-11-23T12:00:00Z" }),
    ];
    expect(idsOf([{ rows, next: null, counts: COUNTS }])).toEqual(["first", "late", "answered"]);
  });
});
