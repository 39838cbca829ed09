import { NumberInput, Switch, TextInput } from "@mantine/core";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import { SecretInput } from "../SecretInput";
import settings from "../Settings.module.css";
import { type Ispcube, numberOrNull } from "./form";
import type { FieldsProps } from "./types";

export function IspcubeFields(props: FieldsProps<Ispcube>) {
  return (
    <>
      <Credentials {...props} />
      <Functions {...props} />
    </>
  );
}

function Credentials({ form, error, hasSecret, onChange }: FieldsProps<Ispcube>) {
  const words = es.settings.crm;
  return (
    <Card title={words.credentials}>
      <div className={settings.fields}>
        <p className={`${settings.hint} ${settings.wide}`}>{words.credentialsHint}</p>
        <TextInput
          className={settings.wide}
          label={words.url}
          description={words.urlHint.ispcube}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={form.url}
          error={fieldError(error, "ispcube.url")}
          onChange={(event) => onChange({ url: event.currentTarget.value })}
        />
        <TextInput
          label={words.username}
          description={words.usernameHint}
          autoComplete="off"
          value={form.username}
          error={fieldError(error, "ispcube.username")}
          onChange={(event) => onChange({ username: event.currentTarget.value })}
        />
        <SecretInput
          label={words.password}
          description={words.passwordHint}
          saved={hasSecret("ispcube.password")}
          value={form.password}
          error={fieldError(error, "ispcube.password")}
          onChange={(password) => onChange({ password })}
        />
        <SecretInput
          label={words.apiKey}
          description={words.apiKeyHint}
          saved={hasSecret("ispcube.api_key")}
          value={form.api_key}
          error={fieldError(error, "ispcube.api_key")}
          onChange={(api_key) => onChange({ api_key })}
        />
        <TextInput
          label={words.clientId}
          description={words.clientIdHint}
          autoComplete="off"
          value={form.client_id}
          error={fieldError(error, "ispcube.client_id")}
          onChange={(event) => onChange({ client_id: event.currentTarget.value })}
        />
        <Switch
          className={settings.wide}
          label={words.verifyTls}
          description={words.verifyTlsHint}
          checked={form.verify_tls}
          onChange={(event) => onChange({ verify_tls: event.currentTarget.checked })}
        />
      </div>
    </Card>
  );
}

const IDS = [
  ["ticket_category_id", "category"],
  ["ticket_status_id", "status"],
  ["ticket_assigned_user_id", "assigned"],
] as const;

function Functions({ form, onChange }: FieldsProps<Ispcube>) {
  const words = es.settings.crm;
  const own = words.ispcube;
  return (
    <Card title={words.functions}>
      <div className={settings.stack}>
        <p className={settings.hint}>{words.functionsHint}</p>
        <div className={settings.three}>
          {IDS.map(([field, label]) => (
            <NumberInput
              key={field}
              label={own[label]}
              min={1}
              allowDecimal={false}
              value={form[field] ?? ""}
              onChange={(value) => onChange({ [field]: numberOrNull(value) })}
            />
          ))}
        </div>
        <p className={settings.hint}>{own.idsHint}</p>
        <div className={settings.fields}>
          <NumberInput
            label={own.destiny}
            description={own.destinyHint}
            min={1}
            allowDecimal={false}
            value={form.payment_destiny_id ?? ""}
            onChange={(value) => onChange({ payment_destiny_id: numberOrNull(value) })}
          />
          <NumberInput
            label={own.allowance}
            description={own.allowanceHint}
            min={1}
            allowDecimal={false}
            thousandSeparator="."
            decimalSeparator=","
            value={form.monthly_allowance ?? ""}
            onChange={(value) => onChange({ monthly_allowance: numberOrNull(value) })}
          />
          <Switch
            label={own.mercadopago}
            checked={form.mercadopago_links}
            onChange={(event) => onChange({ mercadopago_links: event.currentTarget.checked })}
          />
          <Switch
            label={own.stop}
            description={own.stopHint}
            checked={form.stop_at_allowance}
            onChange={(event) => onChange({ stop_at_allowance: event.currentTarget.checked })}
          />
        </div>
      </div>
    </Card>
  );
}
