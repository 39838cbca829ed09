import { TagsInput, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import { TheirNumber } from "./fields";
import type { Ispbrain } from "./form";
import { TemplateBody } from "./TemplateBody";
import { TextFields } from "./TextFields";
import { WriteTemplates } from "./WriteTemplates";

type Api = Ispbrain["api"];

interface PartProps {
  api: Api;
  error: unknown;
  onChange: (patch: Partial<Api>) => void;
}

/** All that can be told about an API that nobody has described: how to come in, where to ask, what to send, what comes. */
export function IspbrainAdvanced(props: PartProps) {
  return (
    <div className={settings.stack} style={{ marginTop: 14 }}>
      <Entry {...props} />
      <Lists {...props} />
      <Paths {...props} />
      <WriteTemplates {...props} />
      <FieldMap {...props} />
    </div>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className={settings.stack} aria-label={title}>
      <h3 className={classes.section}>{title}</h3>
      {hint && <p className={settings.hint}>{hint}</p>}
      {children}
    </section>
  );
}

function Entry({ api, error, onChange }: PartProps) {
  const words = es.ispbrain;
  const login = (patch: Partial<Api["login"]>) => onChange({ login: { ...api.login, ...patch } });
  return (
    <Part title={words.entry}>
      <div className={settings.fields}>
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
        {api.auth === "login" && (
          <>
            <TextFields words={words.login} values={api.login} place="login" error={error} onChange={login} />
            <TheirNumber
              label={words.loginLife}
              description={words.loginLifeHint}
              value={Math.round(api.login.ttl_s / 60)}
              error={fieldError(error, "login.ttl_s")}
              onChange={(minutes) => login({ ttl_s: (minutes ?? 1) * 60 })}
            />
            <TemplateBody
              label={words.loginBody}
              description={words.loginBodyHint}
              value={api.login.body}
              error={fieldError(error, "login.body")}
              onChange={(body) => login({ body: body as Api["login"]["body"] })}
            />
          </>
        )}
      </div>
    </Part>
  );
}

function Lists({ api, error, onChange }: PartProps) {
  const words = es.ispbrain;
  const pages = (patch: Partial<Api["pages"]>) => onChange({ pages: { ...api.pages, ...patch } });
  return (
    <Part title={words.lists} hint={words.listsHint}>
      <div className={settings.fields}>
        <TextFields words={words.pages} values={api.pages} place="pages" error={error} onChange={pages} />
        <TheirNumber
          label={words.pageSize}
          description={words.pageSizeHint}
          value={api.pages.size}
          error={fieldError(error, "pages.size")}
          onChange={(size) => pages({ size: size ?? 1 })}
        />
      </div>
    </Part>
  );
}

function Paths({ api, error, onChange }: PartProps) {
  const words = es.ispbrain;
  const { endpoints } = api;
  if (!endpoints) return null;
  return (
    <Part title={words.paths} hint={words.pathsHint}>
      <div className={settings.fields}>
        <TextFields
          words={words.endpoints}
          values={endpoints}
          place="endpoints"
          error={error}
          onChange={(patch) => onChange({ endpoints: { ...endpoints, ...patch } })}
        />
      </div>
    </Part>
  );
}

function FieldMap({ api, error, onChange }: PartProps) {
  const words = es.ispbrain;
  const { fields } = api;
  const map = (patch: Partial<Api["fields"]>) => onChange({ fields: { ...fields, ...patch } });
  return (
    <>
      <Part title={words.map} hint={words.mapHint}>
        <div className={settings.fields}>
          <TextFields
            words={words.customer}
            values={fields.customer}
            place="customer"
            error={error}
            onChange={(patch) => map({ customer: { ...fields.customer, ...patch } })}
          />
        </div>
      </Part>
      <Part title={words.connectionMap} hint={words.connectionMapHint}>
        <div className={settings.fields}>
          <TextFields
            words={words.connection}
            values={fields.connection}
            place="connection"
            error={error}
            onChange={(patch) => map({ connection: { ...fields.connection, ...patch } })}
          />
        </div>
      </Part>
      <Part title={words.invoiceMap}>
        <div className={settings.fields}>
          <TextFields
            words={words.invoice}
            values={fields.invoice}
            place="invoice"
            error={error}
            onChange={(patch) => map({ invoice: { ...fields.invoice, ...patch } })}
          />
          <TagsInput
            label={words.notInvoices}
            description={words.notInvoicesHint}
            value={fields.invoice.not_invoices}
            error={fieldError(error, "invoice.not_invoices")}
            onChange={(not_invoices) => map({ invoice: { ...fields.invoice, not_invoices } })}
          />
        </div>
      </Part>
    </>
  );
}
