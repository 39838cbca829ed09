import type { CrmForm, CrmSettingsView } from "../../../api/types";

export type Vendor = NonNullable<CrmForm["vendor"]>;
export type VendorName = "mikrowisp" | "ispcube" | "ispbrain";
export type MikroWisp = NonNullable<CrmForm["mikrowisp"]>;
export type Ispcube = NonNullable<CrmForm["ispcube"]>;
export type Ispbrain = NonNullable<CrmForm["ispbrain"]>;

const EMPTY_MIKROWISP: MikroWisp = {
  url: "",
  token: null,
  verify_tls: true,
  ticket_department: null,
  payment_gateway: null,
  payment_method: null,
};

const EMPTY_ISPCUBE: Ispcube = {
  url: "",
  username: "",
  password: null,
  api_key: null,
  client_id: "",
  verify_tls: true,
  ticket_category_id: null,
  ticket_status_id: null,
  ticket_assigned_user_id: null,
  payment_destiny_id: null,
  mercadopago_links: false,
  monthly_allowance: null,
  stop_at_allowance: false,
};

/** The saved form with an empty part for each system that was never set up. */
export function fullForm(saved: CrmSettingsView): CrmForm {
  const start = saved.ispbrain_start;
  return {
    ...saved.form,
    mikrowisp: saved.form.mikrowisp ?? EMPTY_MIKROWISP,
    ispcube: saved.form.ispcube ?? EMPTY_ISPCUBE,
    ispbrain: saved.form.ispbrain ?? { ...start, api: { ...start.api, url: "" } },
  };
}

/** Only the chosen system is sent: what is saved of the others stays. */
export function chosenOnly(form: CrmForm): CrmForm {
  return {
    ...form,
    mikrowisp: form.vendor === "mikrowisp" ? form.mikrowisp : null,
    ispcube: form.vendor === "ispcube" ? form.ispcube : null,
    ispbrain: (form.vendor as VendorName | null) === "ispbrain" ? form.ispbrain : null,
  };
}

/** "12" as a number, nothing as null. */
export const numberOrNull = (value: string | number): number | null => (value === "" ? null : Number(value));
export const textOrNull = (value: string): string | null => (value.trim() === "" ? null : value);
