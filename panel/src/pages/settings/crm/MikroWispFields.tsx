import { NumberInput, Switch, TextInput } from "@mantine/core";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import { SecretInput } from "../SecretInput";
import settings from "../Settings.module.css";
import { type MikroWisp, numberOrNull, textOrNull } from "./form";
import type { FieldsProps } from "./types";

export function MikroWispFields({ form, error, hasSecret, onChange }: FieldsProps<MikroWisp>) {
  const words = es.settings.crm;
  const own = words.mikrowisp;
  return (
    <>
      <Card title={words.credentials}>
        <div className={settings.fields}>
          <p className={`${settings.hint} ${settings.wide}`}>{words.credentialsHint}</p>
          <TextInput
            label={words.url}
            description={words.urlHint.mikrowisp}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            value={form.url}
            error={fieldError(error, "mikrowisp.url")}
            onChange={(event) => onChange({ url: event.currentTarget.value })}
          />
          <SecretInput
            label={words.token}
            description={words.tokenHint}
            saved={hasSecret("mikrowisp.token")}
            value={form.token}
            error={fieldError(error, "mikrowisp.token")}
            onChange={(token) => onChange({ token })}
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
      <Card title={words.functions}>
        <div className={settings.fields}>
          <p className={`${settings.hint} ${settings.wide}`}>{words.functionsHint}</p>
          <NumberInput
            label={own.department}
            description={own.departmentHint}
            min={1}
            allowDecimal={false}
            value={form.ticket_department ?? ""}
            onChange={(value) => onChange({ ticket_department: numberOrNull(value) })}
          />
          <TextInput
            label={own.gateway}
            description={own.gatewayHint}
            value={form.payment_gateway ?? ""}
            onChange={(event) => onChange({ payment_gateway: textOrNull(event.currentTarget.value) })}
          />
          <TextInput
            label={own.method}
            description={own.methodHint}
            value={form.payment_method ?? ""}
            onChange={(event) => onChange({ payment_method: textOrNull(event.currentTarget.value) })}
          />
        </div>
      </Card>
    </>
  );
}
