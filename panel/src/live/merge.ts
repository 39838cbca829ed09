import type { MessagePage, MessageView, QueueView, TicketPage, TicketRow } from "../api/types";

/** Pages of one conversation as the cache holds them: the newest page first, lines oldest first inside each page. */
type MessagePages = readonly MessagePage[];

const sameLine = (a: MessageView, b: MessageView): boolean => a.id === b.id;

/**
 * Puts one line into the loaded pages. A line we have is replaced only by a newer version; a new one goes to its place by
 * `seq`. Older than everything loaded is left out: scrolling up fetches it.
 */
export function mergeMessage(pages: MessagePages, line: MessageView): MessagePages {
  const holder = pages.findIndex((page) => page.messages.some((known) => sameLine(known, line)));
  if (holder >= 0) {
    return pages.map((page, index) =>
      index === holder ? { ...page, messages: page.messages.map((known) => newerOf(known, line)) } : page,
    );
  }
  const target = pages.findIndex((page, index) => belongs(page, line, index === pages.length - 1));
  if (target < 0) return pages;
  return pages.map((page, index) =>
    index === target ? { ...page, messages: insertBySeq(page.messages, line) } : page,
  );
}

function newerOf(known: MessageView, line: MessageView): MessageView {
  return sameLine(known, line) && line.version > known.version ? line : known;
}

function belongs(page: MessagePage, line: MessageView, oldestPage: boolean): boolean {
  const first = page.messages[0];
  if (!first || line.seq > first.seq) return true;
  return oldestPage && page.next === null;
}

function insertBySeq(lines: readonly MessageView[], line: MessageView): MessageView[] {
  const after = lines.findIndex((known) => known.seq > line.seq);
  return after < 0 ? [...lines, line] : [...lines.slice(0, after), line, ...lines.slice(after)];
}

/** All loaded lines, oldest first; a line that came twice (a page boundary moved) appears once. */
export function flattenMessages(pages: MessagePages): MessageView[] {
  const byId = new Map<string, MessageView>();
  for (const page of [...pages].reverse()) {
    for (const line of page.messages) {
      const known = byId.get(line.id);
      if (!known || line.version > known.version) byId.set(line.id, line);
    }
  }
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** Does this ticket stand in that tab for this agent? */
export function standsIn(view: QueueView, row: TicketRow, userId: string): boolean {
  if (view === "mine") return row.status === "in_progress" && row.assignee?.id === userId;
  return row.status === view;
}

/** Who waits longest comes first; who waits for nobody, by last word. */
export function byWaiting(a: TicketRow, b: TicketRow): number {
  if (a.waiting_since !== b.waiting_since) {
    if (a.waiting_since === null) return 1;
    if (b.waiting_since === null) return -1;
    return Date.parse(a.waiting_since) - Date.parse(b.waiting_since);
  }
  return Date.parse(b.last_message_at ?? b.opened_at) - Date.parse(a.last_message_at ?? a.opened_at);
}

/**
 * Puts a changed ticket into one tab's pages, or takes it out when it left the tab. With a search text new rows are not
 * added (only the server can tell whether they match), known ones are still kept up to date.
 */
export function mergeRow(
  pages: readonly TicketPage[],
  row: TicketRow,
  tab: { view: QueueView; userId: string; searching: boolean },
): readonly TicketPage[] {
  const known = pages.flatMap((page) => page.rows).find((other) => other.id === row.id);
  if (known && known.version >= row.version) return pages;
  const stands = standsIn(tab.view, row, tab.userId);
  const rest = dropRow(pages, row.id);
  if (!stands || (!known && tab.searching)) return known ? rest : pages;
  return rest.map((page, index) => (index === 0 ? { ...page, rows: [...page.rows, row] } : page));
}

/** Takes a ticket out of a tab's pages. */
export function dropRow(pages: readonly TicketPage[], ticketId: string): readonly TicketPage[] {
  if (!pages.some((page) => page.rows.some((row) => row.id === ticketId))) return pages;
  return pages.map((page) => ({ ...page, rows: page.rows.filter((row) => row.id !== ticketId) }));
}

/** All loaded rows in waiting order, each ticket once. */
export function flattenRows(pages: readonly TicketPage[]): TicketRow[] {
  const byId = new Map<string, TicketRow>();
  for (const row of pages.flatMap((page) => page.rows)) {
    const known = byId.get(row.id);
    if (!known || row.version > known.version) byId.set(row.id, row);
  }
  return [...byId.values()].sort(byWaiting);
}
