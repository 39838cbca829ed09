import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { reportLostSession } from "../api/client";
import { keys, refreshLive } from "../api/queries";
import type { NoticeData } from "../api/types";
import { applyEvent, replay } from "./apply";
import { LiveConnection, type LiveEvent } from "./connection";
import { liveState } from "./liveState";
import { RecentEvents } from "./recent";

/** The first word of the keys whose answers can be overtaken by an event. */
const REPLAYED: ReadonlySet<string> = new Set([...keys.queue, ...keys.messages, ...keys.tickets]);

type NoticeListener = (notice: NoticeData) => void;
const noticeListeners = new Set<NoticeListener>();

/** Hear notices (new ticket, reply...). OmniChat does; other tabs stay quiet so that nothing rings twice. */
export function listenToNotices(listener: NoticeListener): () => void {
  noticeListeners.add(listener);
  return () => noticeListeners.delete(listener);
}

const DASHBOARD_AFTER_MS = 3000;
let dashboardWaits = false;

/** The dashboard's numbers follow the queue, but a busy queue must not make it ask all the time. */
function refreshDashboardSoon(client: QueryClient): void {
  if (dashboardWaits) return;
  dashboardWaits = true;
  setTimeout(() => {
    dashboardWaits = false;
    void client.invalidateQueries({ queryKey: keys.dashboard });
  }, DASHBOARD_AFTER_MS);
}

function hear(client: QueryClient, event: LiveEvent, userId: string): void {
  applyEvent(client, event, userId);
  if (event.type === "counts") refreshDashboardSoon(client);
  if (event.type === "typing") liveState.setTyping(event.data);
  if (event.type === "presence") liveState.setOnline(event.data.online);
  if (event.type === "notice") for (const listener of noticeListeners) listener(event.data);
}

/** What was read before the socket listened may have missed a change: read it once more, also what is on its way now. */
function closeFirstGap(client: QueryClient): void {
  const onTheWay = client.getQueryCache().findAll({ fetchStatus: "fetching" });
  void Promise.allSettled(onTheWay.map((query) => query.promise)).then(() => refreshLive(client));
}

/** Holds the one socket of this tab while somebody is logged in. */
export function useLive(userId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const url = `${window.location.origin.replace(/^http/, "ws")}/api/live`;
    const recent = new RecentEvents();
    const stopReplaying = client.getQueryCache().subscribe((change) => {
      const answered = change.type === "updated" && change.action.type === "success" && !change.action.manual;
      if (answered && REPLAYED.has(String(change.query.queryKey[0]))) replay(client, recent.list(), userId);
    });
    const connection = new LiveConnection(url, {
      onFirstHello: () => closeFirstGap(client),
      onEvent: (event) => {
        recent.remember(event);
        hear(client, event, userId);
      },
      onReset: () => void refreshLive(client),
      onStatus: liveState.setStatus,
      onOnline: liveState.setOnline,
      onNotWelcome: reportLostSession,
    });
    const nudge = () => connection.nudge();
    window.addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    connection.start();
    return () => {
      window.removeEventListener("online", nudge);
      document.removeEventListener("visibilitychange", nudge);
      connection.stop();
      stopReplaying();
    };
  }, [client, userId]);
}
