const DAY_MS = 86_400_000;

/** The UTC moment at which a calendar day ("2026-11-28") begins, or ends, in a time zone. */
export function dayBoundary(day: string, timeZone: string, edge: "start" | "end"): string {
  const midnight = Date.parse(`${day}T00:00:00Z`) + (edge === "end" ? DAY_MS : 0);
  const near = midnight - offsetAt(midnight, timeZone);
  // Where the clock changes at midnight itself (Santiago) the offset is another one there; the day begins at the later of both.
  return new Date(Math.max(near, midnight - offsetAt(near, timeZone))).toISOString();
}

/** How far the zone's clock is ahead of UTC at a moment, in ms. */
function offsetAt(moment: number, timeZone: string): number {
  const shown = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(new Date(moment));
  const part = (type: string) => Number(shown.find((one) => one.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute")) - moment;
}
