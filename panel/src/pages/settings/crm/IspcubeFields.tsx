import { Switch, TextInput } from "@mantine/core";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import { SecretInput } from "../SecretInput";
import settings from "../Settings.module.css";
import { Credentials, Functions, TheirNumber } from "./fields";
import type { Ispcube } from "./form";
import type { FieldsProps } from "./types";

const IDS = [
  ["ticket_category_id", "category"],
  ["ticket_status_id", "status"],
  ["ticket_assigned_user_id", "assigned"],
] as const;

export function IspcubeFields({ form, error, hasSecret, onChange }: FieldsProps<Ispcube>) {
  const words = es.settings.crm;
  const own = words.ispcube;
  return (
    <>
      <Credentials vendor="ispcube" server={form} error={error} onServer={onChange}>
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
      </Credentials>
      <Functions>
        <div className={`${settings.three} ${settings.wide}`}>
          {IDS.map(([field, label]) => (
            <TheirNumber
              key={field}
              label={own[label]}
              value={form[field]}
              onChange={(value) => onChange({ [field]: value })}
            />
          ))}
        </div>
        <p className={`${settings.hint} ${settings.wide}`}>{own.idsHint}</p>
        <TheirNumber
          label={own.destiny}
          description={own.destinyHint}
          value={form.payment_destiny_id}
          onChange={(payment_destiny_id) => onChange({ payment_destiny_id })}
        />
        <TheirNumber
          label={own.allowance}
          description={own.allowanceHint}
          value={form.monthly_allowance}
          onChange={(monthly_allowance) => onChange({ monthly_allowance })}
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
      </Functions>
    </>
  );
}
