const LOCALE = "es-AR";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The company's way to write moments: staff may sit in another time zone than the customers. */
export interface Times {
  clock(iso: string): string;
  /** Calendar day as a sortable key, to group messages. */
  dayKey(iso: string): string;
  /** "lunes, 23 de noviembre". */
  longDay(iso: string): string;
  /** "24 oct". */
  shortDay(iso: string): string;
  /** "24 oct, 13:25". */
  moment(iso: string): string;
}

export function createTimes(timeZone: string): Times {
  const clock = new Intl.DateTimeFormat(LOCALE, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const key = new Intl.DateTimeFormat("en-CA", { timeZone });
  const long = new Intl.DateTimeFormat(LOCALE, { timeZone, weekday: "long", day: "numeric", month: "long" });
  const short = new Intl.DateTimeFormat(LOCALE, { timeZone, day: "numeric", month: "short" });
  return {
    clock: (iso) => clock.format(new Date(iso)),
    dayKey: (iso) => key.format(new Date(iso)),
    longDay: (iso) => long.format(new Date(iso)),
    shortDay: (iso) => short.format(new Date(iso)).replace(".", ""),
    moment: (iso) => `${short.format(new Date(iso)).replace(".", "")}, ${clock.format(new Date(iso))}`,
  };
}

/** A date without time ("2026-11-10") must not move a day with the browser's zone. */
export function calendarDate(date: string): string {
  return new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", day: "numeric", month: "short" })
    .format(new Date(`${date}T00:00:00Z`))
    .replace(".", "");
}

/** Every date from one to another, both included: "2026-11-28", "2026-11-29". */
export function datesBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (
    const day = new Date(`${first}T00:00:00Z`);
    day <= new Date(`${last}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + 1)
  )
    days.push(day.toISOString().slice(0, 10));
  return days;
}

/** Month of a date without time, as invoices are called: "Noviembre". */
export function monthName(date: string): string {
  const name = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", month: "long" }).format(
    new Date(`${date}T00:00:00Z`),
  );
  return capitalise(name);
}

/** How long ago, short: "ahora", "19 min", "3 h", "2 d". */
export function elapsed(iso: string, nowMs: number): string {
  const passed = nowMs - Date.parse(iso);
  if (passed < MINUTE) return "ahora";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h`;
  return `${Math.floor(passed / DAY)} d`;
}

/** How long ago, in words: "12 días", "3 horas", "un momento". */
export function elapsedWords(iso: string, nowMs: number): string {
  const passed = Math.max(0, nowMs - Date.parse(iso));
  const [count, one, many] =
    passed < HOUR
      ? ([Math.floor(passed / MINUTE), "minuto", "minutos"] as const)
      : passed < DAY
        ? ([Math.floor(passed / HOUR), "hora", "horas"] as const)
        : ([Math.floor(passed / DAY), "día", "días"] as const);
  return count === 0 ? "un momento" : `${count} ${count === 1 ? one : many}`;
}

export const capitalise = (text: string): string => text.charAt(0).toLocaleUpperCase(LOCALE) + text.slice(1);
