import { describe, expect, it } from "vitest";
import type { CrmForm, CrmSettingsView } from "../../../api/types";
import { chosenOnly, fullForm, type MikroWisp, numberOrNull, textOrNull } from "./form";

const MIKROWISP: MikroWisp = {
  url: "https://gestion.redsur.example",
  token: null,
  verify_tls: false,
  ticket_department: 4,
  payment_gateway: "Siro",
  payment_method: null,
};

const ISPBRAIN = {
  api: { url: "https://SUB.ispbrain.io:4443", header: "Authorization" },
  password: null,
  api_key: null,
};

function view(form: Partial<CrmForm> = {}): CrmSettingsView {
  const empty = { vendor: null, mikrowisp: null, ispcube: null, ispbrain: null };
  const rules = {
    promises: { enabled: true, max_days: 5, max_per_month: 1 },
    mirror_tickets: false,
    mirror_leads: true,
  };
  return {
    form: { ...empty, ...rules, default_area_code: "351", ...form },
    ispbrain_start: ISPBRAIN as CrmSettingsView["ispbrain_start"],
    saved_secrets: [],
    revision: 3,
    company_revision: 1,
  };
}

describe("the form of Integraciones ISP", () => {
  it("has an empty part for each system that was never set up", () => {
    const form = fullForm(view());
    expect([form.mikrowisp?.url, form.ispcube?.url, form.ispbrain?.api.url]).toEqual(["", "", ""]);
    expect([form.mikrowisp?.verify_tls, form.ispcube?.verify_tls]).toEqual([true, true]);
  });

  it("starts ISPBrain from the server's defaults, without the example's address", () => {
    expect(fullForm(view()).ispbrain).toEqual({ ...ISPBRAIN, api: { ...ISPBRAIN.api, url: "" } });
  });

  it("keeps all that is saved", () => {
    const form = fullForm(view({ vendor: "mikrowisp", mikrowisp: MIKROWISP }));
    expect(form.mikrowisp).toEqual(MIKROWISP);
    expect([form.vendor, form.mirror_leads, form.default_area_code]).toEqual(["mikrowisp", true, "351"]);
  });

  it("sends only the chosen system, so that what is saved of the others stays", () => {
    const form = fullForm(view({ vendor: "mikrowisp", mikrowisp: MIKROWISP }));
    expect(chosenOnly(form)).toEqual({ ...form, ispcube: null, ispbrain: null });
    expect(chosenOnly({ ...form, vendor: null })).toMatchObject({ mikrowisp: null, ispcube: null, ispbrain: null });
  });

  it("reads an emptied field as nothing", () => {
    expect([numberOrNull(""), numberOrNull("12"), numberOrNull(7)]).toEqual([null, 12, 7]);
    expect([textOrNull("  "), textOrNull("Siro")]).toEqual([null, "Siro"]);
  });
});
