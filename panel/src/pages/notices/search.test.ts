import { describe, expect, it } from "vitest";
import { noticeSearch } from "./search";

describe("the ledger's address", () => {
  it("keeps the filters that it knows", () => {
    const search = { estado: "failed", q: "Correa", desde: "2026-11-01", hasta: "2026-11-28", aviso: "n1" };
    expect(noticeSearch(search)).toEqual(search);
  });

  it.each([
    ["a state that there is not", { estado: "perdido" }],
    ["empty words", { q: "" }],
    ["words that the address made a number of", { q: 3515550001 }],
    ["a day in another writing", { desde: "28/11/2026" }],
    ["a moment for a day", { hasta: "2026-11-28T10:00:00Z" }],
    ["several notices", { aviso: ["n1", "n2"] }],
    ["what is somebody else's", { pagina: "2" }],
  ])("leaves out %s", (_, search) => expect(noticeSearch(search)).toEqual({}));
});
