import type { NoticeState } from "../../api/types";

export const STATES: readonly NoticeState[] = [
  "accepted",
  "waiting",
  "sending",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "expired",
  "cancelled",
];

export interface LedgerSearch {
  estado?: NoticeState;
  q?: string;
  desde?: string;
  hasta?: string;
  aviso?: string;
}

const text = (value: unknown): value is string => typeof value === "string" && value !== "";
const day = (value: unknown): value is string => text(value) && /^\d{4}-\d{2}-\d{2}$/.test(value);

/** The ledger's filters live in the address: a reload or a shared link shows the same. */
export function noticeSearch(search: Record<string, unknown>): LedgerSearch {
  const state = STATES.find((known) => known === search.estado);
  return {
    ...(state && { estado: state }),
    ...(text(search.q) && { q: search.q }),
    ...(day(search.desde) && { desde: search.desde }),
    ...(day(search.hasta) && { hasta: search.hasta }),
    ...(text(search.aviso) && { aviso: search.aviso }),
  };
}
