import { TextInput } from "@mantine/core";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import { SecretInput } from "../SecretInput";
import { Credentials, Functions, TheirNumber } from "./fields";
import { type MikroWisp, textOrNull } from "./form";
import type { FieldsProps } from "./types";

export function MikroWispFields({ form, error, hasSecret, onChange }: FieldsProps<MikroWisp>) {
  const words = es.settings.crm;
  const own = words.mikrowisp;
  return (
    <>
      <Credentials vendor="mikrowisp" server={form} error={error} onServer={onChange}>
        <SecretInput
          label={words.token}
          description={words.tokenHint}
          saved={hasSecret("mikrowisp.token")}
          value={form.token}
          error={fieldError(error, "mikrowisp.token")}
          onChange={(token) => onChange({ token })}
        />
      </Credentials>
      <Functions>
        <TheirNumber
          label={own.department}
          description={own.departmentHint}
          value={form.ticket_department}
          onChange={(ticket_department) => onChange({ ticket_department })}
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
      </Functions>
    </>
  );
}
