const DAY_MS = 86_400_000;

/** The UTC moment at which a calendar day ("2026-11-28") begins, or ends, in a time zone. */
export function dayBoundary(day: string, timeZone: string, edge: "start" | "end"): string {
  const utc = Date.parse(`${day}T00:00:00Z`) + (edge === "end" ? DAY_MS : 0);
  const shown = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(new Date(utc));
  const part = (type: string) => Number(shown.find((one) => one.type === type)?.value);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return new Date(utc - (local - utc)).toISOString();
}
