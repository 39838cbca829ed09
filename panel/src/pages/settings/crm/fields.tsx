import { NumberInput, Switch, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import settings from "../Settings.module.css";
import { numberOrNull, type VendorName } from "./form";

interface Server {
  url: string;
  verify_tls: boolean;
}

interface CredentialsProps {
  vendor: VendorName;
  server: Server;
  error: unknown;
  onServer: (patch: Partial<Server>) => void;
  /** What opens it: each system has its own. */
  children: ReactNode;
}

/** Credenciales de la API: where the server is, what opens it, and whether its certificate is checked. */
export function Credentials({ vendor, server, error, onServer, children }: CredentialsProps) {
  const words = es.settings.crm;
  return (
    <Card title={words.credentials}>
      <div className={settings.fields}>
        <p className={`${settings.hint} ${settings.wide}`}>{words.credentialsHint}</p>
        <TextInput
          className={settings.wide}
          label={words.url}
          description={words.urlHint[vendor]}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={server.url}
          error={fieldError(error, `${vendor}.url`) ?? fieldError(error, `${vendor}.api.url`)}
          onChange={(event) => onServer({ url: event.currentTarget.value })}
        />
        {children}
        <Switch
          className={settings.wide}
          label={words.verifyTls}
          description={words.verifyTlsHint}
          checked={server.verify_tls}
          onChange={(event) => onServer({ verify_tls: event.currentTarget.checked })}
        />
      </div>
    </Card>
  );
}

/** Funciones opcionales: what stays empty is off. */
export function Functions({ children }: { children: ReactNode }) {
  const words = es.settings.crm;
  return (
    <Card title={words.functions}>
      <div className={settings.fields}>
        <p className={`${settings.hint} ${settings.wide}`}>{words.functionsHint}</p>
        {children}
      </div>
    </Card>
  );
}

interface TheirNumberProps {
  label: string;
  description?: string;
  value: number | null;
  error?: string | null;
  onChange: (value: number | null) => void;
}

/** A whole number from one on, or nothing. */
export function TheirNumber({ value, onChange, ...shown }: TheirNumberProps) {
  return (
    <NumberInput
      min={1}
      allowDecimal={false}
      thousandSeparator="."
      decimalSeparator=","
      value={value ?? ""}
      onChange={(typed) => onChange(numberOrNull(typed))}
      {...shown}
    />
  );
}
