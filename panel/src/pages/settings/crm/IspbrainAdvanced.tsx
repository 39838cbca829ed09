import { TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { Badge } from "../../../components/Badge";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import type { Ispbrain } from "./form";

type Api = Ispbrain["api"];
type Endpoint = keyof typeof es.ispbrain.endpoints;
type CustomerField = keyof typeof es.ispbrain.customer;

const ENDPOINTS = Object.entries(es.ispbrain.endpoints) as [Endpoint, readonly [string, boolean]][];
export const CUSTOMER_FIELDS = Object.entries(es.ispbrain.customer) as [CustomerField, readonly [string, boolean]][];

interface IspbrainAdvancedProps {
  api: Api;
  error: unknown;
  onChange: (patch: Partial<Api>) => void;
}

/** Header, paths and field map of an API that nobody has described. */
export function IspbrainAdvanced({ api, error, onChange }: IspbrainAdvancedProps) {
  const words = es.ispbrain;
  const { endpoints } = api;
  const customer = api.fields.customer;
  return (
    <div className={settings.stack}>
      <div className={settings.fields} style={{ marginTop: 14 }}>
        <TextInput
          label={words.header}
          description={words.headerHint}
          value={api.header}
          error={fieldError(error, "api.header")}
          onChange={(event) => onChange({ header: event.currentTarget.value })}
        />
        <TextInput
          label={words.scheme}
          description={words.schemeHint}
          value={api.scheme}
          error={fieldError(error, "api.scheme")}
          onChange={(event) => onChange({ scheme: event.currentTarget.value })}
        />
      </div>
      <h3 className={classes.section}>{words.paths}</h3>
      <div className={settings.fields}>
        {endpoints &&
          ENDPOINTS.map(([name, [label, seen]]) => (
            <TextInput
              key={name}
              label={<Labelled seen={seen}>{label}</Labelled>}
              placeholder={words.off}
              spellCheck={false}
              value={endpoints[name]}
              error={fieldError(error, `endpoints.${name}`)}
              onChange={(event) => onChange({ endpoints: { ...endpoints, [name]: event.currentTarget.value } })}
            />
          ))}
      </div>
      <h3 className={classes.section}>{words.map}</h3>
      <p className={settings.hint}>{words.mapHint}</p>
      <div className={settings.fields}>
        {CUSTOMER_FIELDS.map(([name, [label, seen]]) => (
          <TextInput
            key={name}
            label={<Labelled seen={seen}>{label}</Labelled>}
            placeholder={words.off}
            spellCheck={false}
            value={customer[name]}
            error={fieldError(error, `customer.${name}`)}
            onChange={(event) =>
              onChange({ fields: { ...api.fields, customer: { ...customer, [name]: event.currentTarget.value } } })
            }
          />
        ))}
      </div>
    </div>
  );
}

function Labelled({ seen, children }: { seen: boolean; children: ReactNode }) {
  return (
    <>
      {children} <Badge tone={seen ? "plain" : "warn"}>{seen ? es.ispbrain.seen : es.ispbrain.guess}</Badge>
    </>
  );
}
