import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { http } from "./client";
import { body, keys } from "./queries";
import type { NoticeState } from "./types";

/** Server state of Ajustes Generales, the notices' ledger, the parked messages and the system's health. */
export const crmSettingsQuery = queryOptions({
  queryKey: keys.crmSettings,
  queryFn: ({ signal }) => body(http.GET("/api/settings/crm", { signal })),
});

const STATUS_EVERY_MS = 15_000;
const BEHIND_MS = 400;

/** How the system in use is; asked often until it follows the settings of ``revision``, which were just saved. */
export const crmStatusQuery = (revision: number) =>
  queryOptions({
    queryKey: keys.crmStatus,
    queryFn: ({ signal }) => body(http.GET("/api/settings/crm/status", { signal })),
    refetchInterval: ({ state }) => (state.data && state.data.revision < revision ? BEHIND_MS : STATUS_EVERY_MS),
  });

export const crmMeterQuery = queryOptions({
  queryKey: keys.crmMeter,
  queryFn: ({ signal }) => body(http.GET("/api/settings/crm/meter", { signal })),
  refetchInterval: 60_000,
});

export const noticeSettingsQuery = queryOptions({
  queryKey: keys.noticeSettings,
  queryFn: ({ signal }) => body(http.GET("/api/settings/notices", { signal })),
});

export const sendingQuery = queryOptions({
  queryKey: keys.sending,
  queryFn: ({ signal }) => body(http.GET("/api/sending", { signal })),
  refetchInterval: 5_000,
});

export interface NoticeSearch {
  state?: NoticeState | undefined;
  q?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

export const noticesQuery = (search: NoticeSearch) =>
  infiniteQueryOptions({
    queryKey: [...keys.notices, search],
    queryFn: ({ pageParam, signal }) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
      const query = { ...Object.fromEntries(given), ...(pageParam && { before: pageParam }) };
      return body(http.GET("/api/notices", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : 5_000),
    placeholderData: (previous) => previous,
  });

export const noticeQuery = (noticeId: string) =>
  queryOptions({
    queryKey: keys.notice(noticeId),
    queryFn: ({ signal }) =>
      body(http.GET("/api/notices/{notice_id}", { params: { path: { notice_id: noticeId } }, signal })),
    refetchInterval: 5_000,
  });

export const parkedQuery = (service: string | null) =>
  infiniteQueryOptions({
    queryKey: [...keys.parked, service],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...(service && { service }), ...(pageParam && { before: pageParam }) };
      return body(http.GET("/api/parked", { params: { query }, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : 10_000),
    placeholderData: (previous) => previous,
  });

/** Asked once per opening: each look is on record. */
export const parkedOneQuery = (seq: number) =>
  queryOptions({
    queryKey: keys.parkedOne(seq),
    queryFn: ({ signal }) => body(http.GET("/api/parked/{seq}", { params: { path: { seq } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });

/** The socket keeps it fresh. */
export const healthQuery = queryOptions({
  queryKey: keys.health,
  queryFn: ({ signal }) => body(http.GET("/api/health", { signal })),
});
