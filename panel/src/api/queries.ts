import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { http } from "./client";
import type { BotMode, Counts, QueueView, VisitDays } from "./types";

/**
 * All server state of the panel: one entry per question to panel-api. Screens read these, the live socket patches them.
 * A key starts with its noun, so that "everything of this noun" is one prefix.
 */
export const keys = {
  session: ["session"],
  dashboard: ["dashboard"],
  whatsapp: ["whatsapp"],
  mode: ["mode"],
  modeImpact: ["mode-impact"],
  queue: ["queue"],
  counts: ["counts"],
  tickets: ["ticket"],
  ticket: (ticketId: string) => ["ticket", ticketId],
  messages: ["messages"],
  messagesOf: (ticketId: string) => ["messages", ticketId],
  customer: (ticketId: string) => ["customer", ticketId],
  agents: ["agents"],
  zones: ["zones"],
  crmSettings: ["crm-settings"],
  crmStatus: ["crm-status"],
  crmMeter: ["crm-meter"],
  noticeSettings: ["notice-settings"],
  notices: ["notices"],
  notice: (noticeId: string) => ["notice", noticeId],
  sending: ["sending"],
  parked: ["parked"],
  parkedOne: (seq: number) => ["parked-one", seq],
  health: ["health"],
  public: ["public"],
} as const;

/** The body of a successful answer; refusals were thrown by the client before. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new Error("panel-api answered without a body");
  return data;
}

export const publicQuery = queryOptions({
  queryKey: keys.public,
  queryFn: ({ signal }) => body(http.GET("/api/public", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => body(http.GET("/api/session", { signal })),
  staleTime: 5 * 60_000,
});

export const dashboardQuery = (visitsDays: VisitDays) =>
  queryOptions({
    queryKey: [...keys.dashboard, visitsDays],
    queryFn: ({ signal }) =>
      body(http.GET("/api/dashboard", { params: { query: { visits_days: visitsDays } }, signal })),
    refetchInterval: 60_000,
    placeholderData: (previous) => previous,
  });

export const whatsappQuery = queryOptions({
  queryKey: keys.whatsapp,
  queryFn: ({ signal }) => body(http.GET("/api/whatsapp", { signal })),
});

export const modeQuery = queryOptions({
  queryKey: keys.mode,
  queryFn: ({ signal }) => body(http.GET("/api/mode", { signal })),
});

/** What a change of mode would do now; asked anew each time somebody thinks about it. */
export const modeImpactQuery = (to: BotMode) =>
  queryOptions({
    queryKey: [...keys.modeImpact, to],
    queryFn: ({ signal }) => body(http.GET("/api/mode/impact", { params: { query: { to } }, signal })),
    staleTime: 0,
    gcTime: 0,
  });

export const zonesQuery = queryOptions({
  queryKey: keys.zones,
  queryFn: ({ signal }) => body(http.GET("/api/zones", { signal })),
});

export const agentsQuery = queryOptions({
  queryKey: keys.agents,
  queryFn: ({ signal }) => body(http.GET("/api/agents", { signal })),
  staleTime: 0,
});

export const queueQuery = (view: QueueView, q: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.queue, view, q],
    queryFn: async ({ pageParam, signal, client }) => {
      const query = { view, ...(q && { q }), ...(pageParam && { before: pageParam }) };
      const page = await body(http.GET("/api/tickets", { params: { query }, signal }));
      client.setQueryData<Counts>(keys.counts, page.counts);
      return page;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: (previous, query) => (query?.queryKey[1] === view ? previous : undefined),
  });

/** The tabs' numbers. Each page of the queue and the socket bring them too; this asks only when nobody did yet. */
export const countsQuery = queryOptions({
  queryKey: keys.counts,
  queryFn: async ({ signal }) =>
    (await body(http.GET("/api/tickets", { params: { query: { view: "pending" } }, signal }))).counts,
});

export const ticketQuery = (ticketId: string) =>
  queryOptions({
    queryKey: keys.ticket(ticketId),
    queryFn: ({ signal }) =>
      body(http.GET("/api/tickets/{ticket_id}", { params: { path: { ticket_id: ticketId } }, signal })),
  });

const MESSAGES_PER_PAGE = 50;

export const messagesQuery = (ticketId: string) =>
  infiniteQueryOptions({
    queryKey: keys.messagesOf(ticketId),
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET("/api/tickets/{ticket_id}/messages", {
          params: {
            path: { ticket_id: ticketId },
            query: { limit: MESSAGES_PER_PAGE, ...(pageParam && { before: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const customerQuery = (ticketId: string, customerId: string | null) =>
  queryOptions({
    queryKey: [...keys.customer(ticketId), customerId],
    queryFn: ({ signal }) =>
      body(
        http.GET("/api/tickets/{ticket_id}/customer", {
          params: { path: { ticket_id: ticketId }, query: customerId ? { customer_id: customerId } : {} },
          signal,
        }),
      ),
    staleTime: 60_000,
    placeholderData: (previous, query) => (query?.queryKey[1] === ticketId ? previous : undefined),
  });

/** Everything that live frames keep up to date; read anew when the socket can not vouch for it. */
export async function refreshLive(client: QueryClient): Promise<void> {
  const live = [
    keys.queue,
    keys.counts,
    keys.messages,
    keys.whatsapp,
    keys.mode,
    keys.dashboard,
    keys.tickets,
    keys.health,
  ];
  await Promise.all(live.map((queryKey) => client.invalidateQueries({ queryKey })));
}
