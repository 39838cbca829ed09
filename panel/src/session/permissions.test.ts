import { describe, expect, it } from "vitest";
import { standing } from "../pages/omnichat/standing";
import { aRow, aSession } from "../test-data";
import { can, landingPath } from "./permissions";

const operator = aSession();
const supervisor = aSession({ permissions: ["dashboard.view", "omnichat.use", "omnichat.all", "tools.view"] });

describe("permissions", () => {
  it("operators land on OmniChat and have nothing else", () => {
    expect(landingPath(operator)).toBe("/omnichat/{-$ticketId}");
    expect(can(operator, "tools.view")).toBe(false);
  });

  it("supervisors see the tools without changing them", () => {
    expect(landingPath(supervisor)).toBe("/");
    expect([can(supervisor, "tools.view"), can(supervisor, "tools.change")]).toEqual([true, false]);
  });

  it.each([
    ["pending", null, "pending", "pending"],
    ["in_progress", "me", "mine", "mine"],
    ["in_progress", "other", "held", "override"],
    ["closed", "me", "closed", "closed"],
  ] as const)(
    "a %s ticket of %s is %s to an operator and %s to a supervisor",
    (status, who, operators, supervisors) => {
      const row = aRow({ status, assignee: who === null ? null : { id: who, name: who } });
      expect([standing(row, operator), standing(row, supervisor)]).toEqual([operators, supervisors]);
    },
  );
});
