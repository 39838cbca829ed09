const AMBER_MS = 10 * 60_000;
const RED_MS = 30 * 60_000;

export type Urgency = "calm" | "late" | "overdue";

/** How bad a waiting time is: amber from 10 minutes, red from 30. Nobody waiting is calm. */
export function urgency(waitingSince: string | null, nowMs: number): Urgency {
  if (waitingSince === null) return "calm";
  const waited = nowMs - Date.parse(waitingSince);
  if (waited >= RED_MS) return "overdue";
  return waited >= AMBER_MS ? "late" : "calm";
}
