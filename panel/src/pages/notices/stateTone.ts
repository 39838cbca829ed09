import type { NoticeState } from "../../api/types";
import type { Tone } from "../../components/Badge";

export const STATE_TONE: Record<NoticeState, Tone> = {
  accepted: "plain",
  waiting: "warn",
  sending: "info",
  sent: "info",
  delivered: "ok",
  read: "ok",
  failed: "bad",
  unknown: "warn",
  expired: "bad",
  cancelled: "plain",
};
