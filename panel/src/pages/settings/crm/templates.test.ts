import { describe, expect, it } from "vitest";
import { isBody, readBody, showBody } from "./templates";

describe("a template's body", () => {
  it("comes back as it was shown", () => {
    const body = { customer_id: "{id}", lines: [{ amount: "{amount}" }], status: 1 };
    expect(readBody(showBody(body))).toEqual(body);
  });

  it.each(['{"a": ', "[1, 2]", '"{id}"', "null", ""])("that is typed as %s stays the text that it is", (text) => {
    expect(readBody(text)).toBe(text);
    expect(showBody(readBody(text))).toBe(text);
    expect(isBody(readBody(text))).toBe(false);
  });
});
