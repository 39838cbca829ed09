import { describe, expect, it } from "vitest";
import { dayBoundary } from "./companyDay";

describe("a day of the company", () => {
  it.each([
    ["America/Argentina/Cordoba", "2026-11-28T03:00:00.000Z", "2026-11-29T03:00:00.000Z"],
    ["UTC", "2026-11-28T00:00:00.000Z", "2026-11-29T00:00:00.000Z"],
    ["Asia/Kathmandu", "2026-11-27T18:15:00.000Z", "2026-11-28T18:15:00.000Z"],
  ])("in %s begins at %s and ends at %s", (zone, begins, ends) => {
    expect(dayBoundary("2026-11-28", zone, "start")).toBe(begins);
    expect(dayBoundary("2026-11-28", zone, "end")).toBe(ends);
  });

  it("ends where the next one begins, over the ends of months and years", () => {
    const zone = "America/Argentina/Cordoba";
    expect(dayBoundary("2026-12-31", zone, "end")).toBe(dayBoundary("2027-01-01", zone, "start"));
    expect(dayBoundary("2028-02-28", zone, "end")).toBe(dayBoundary("2028-02-29", zone, "start"));
  });

  it.each([
    ["the clock goes forward", "2026-09-06", "2026-09-06T04:00:00.000Z", "2026-09-07T03:00:00.000Z"],
    ["the clock goes back", "2026-04-04", "2026-04-04T03:00:00.000Z", "2026-04-05T04:00:00.000Z"],
  ])("in Santiago has 23 or 25 hours when %s", (_, day, begins, ends) => {
    expect(dayBoundary(day, "America/Santiago", "start")).toBe(begins);
    expect(dayBoundary(day, "America/Santiago", "end")).toBe(ends);
  });
});
