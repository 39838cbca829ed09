import { describe, expect, it } from "vitest";
import { formatBytes, formatMoney, formatSeconds } from "./numbers";
import { formatPhone } from "./phone";
import { mapLink, parsePlace } from "./place";
import { plainText } from "./plainText";
import { calendarDate, createTimes, datesBetween, elapsed, elapsedWords, monthName } from "./times";
import { ulid } from "./ulid";
import { urgency } from "./waiting";

const NOW = Date.parse("2026-11-23T15:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

describe("waiting time", () => {
  it.each([
    [0, "calm"],
    [9.9, "calm"],
    [10, "late"],
    [29.9, "late"],
    [30, "overdue"],
  ] as const)("after %d minutes is %s", (minutes, expected) => expect(urgency(ago(minutes), NOW)).toBe(expected));

  it("is calm when the customer waits for nobody", () => expect(urgency(null, NOW)).toBe("calm"));

  it.each([
    [0.5, "ahora", "un momento"],
    [19, "19 min", "19 minutos"],
    [60, "1 h", "1 hora"],
    [60 * 47, "1 d", "1 día"],
  ] as const)("of %d minutes reads %s", (minutes, short, words) => {
    expect(elapsed(ago(minutes), NOW)).toBe(short);
    expect(elapsedWords(ago(minutes), NOW)).toBe(words);
  });
});

describe("moments", () => {
  it("are told in the company's time zone, not the browser's", () => {
    const times = createTimes("America/Argentina/Cordoba");
    expect(times.clock("2026-11-24T01:30:00Z")).toBe("22:30");
    expect(times.dayKey("2026-11-24T01:30:00Z")).toBe("2026-11-23");
  });

  it("without a time keep their day in every zone", () => {
    expect(calendarDate("2026-11-10")).toBe("10 nov");
    expect(monthName("2026-11-01")).toBe("Noviembre");
    expect(datesBetween("2026-11-29", "2026-12-01")).toEqual(["2026-11-29", "2026-11-30", "2026-12-01"]);
  });
});

describe("numbers", () => {
  it.each([
    ["18500.00", "$ 18.500"],
    ["18500.50", "$ 18.500,50"],
    ["-120.00", "-$ 120"],
  ])("shows %s as %s", (amount, expected) =>
    expect(formatMoney({ amount, currency: "ARS" }).replace(/\u00a0/g, " ")).toBe(expected),
  );

  it("shows sizes and lengths", () => {
    expect([formatBytes(512), formatBytes(88_064), formatBytes(1_500_000)]).toEqual(["512 B", "86 KB", "1,4 MB"]);
    expect([formatSeconds(14), formatSeconds(723.4)]).toEqual(["0:14", "12:03"]);
  });
});

describe("phones", () => {
  it.each([
    ["5493515550100", "+54 9 351 555-0100"],
    ["5491145678901", "+54 9 11 4567-8901"],
    ["5493547412345", "+54 9 3547 41-2345"],
    ["543514001234", "+54 351 400-1234"],
    ["59899123456", "+59899123456"],
  ])("reads %s as %s", (digits, expected) => expect(formatPhone(digits)).toBe(expected));
});

describe("places", () => {
  it.each([
    "-31.4167, -64.1833",
    "https://www.google.com/maps/@-31.4167,-64.1833,17z",
    "https://www.google.com/maps/place/X/@1.5,2.5,17z/data=!3m1!3d-31.4167!4d-64.1833",
    "https://maps.google.com/?q=-31.4167,-64.1833",
  ])("are read out of %s", (text) => expect(parsePlace(text)).toEqual({ lat: -31.4167, lng: -64.1833 }));

  it.each(["", "Córdoba", "95.5, 10.5", "351 555-0100"])("are not imagined in %j", (text) =>
    expect(parsePlace(text)).toBeNull(),
  );

  it("become a map link", () => expect(mapLink({ lat: -31.5, lng: -64.1 })).toContain("query=-31.5,-64.1"));
});

describe("previews", () => {
  it("lose WhatsApp's marks and line breaks", () =>
    expect(plainText("Hola *Nélida*,\n_esto_ es 2*3*4 ```x```")).toBe("Hola Nélida, esto es 2*3*4 x"));
});

describe("client ids", () => {
  it("are ULIDs: ordered by time, never the same twice", () => {
    expect(ulid(NOW)).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(ulid(NOW) < ulid(NOW + 1)).toBe(true);
    expect(ulid(NOW)).not.toBe(ulid(NOW));
  });
});
