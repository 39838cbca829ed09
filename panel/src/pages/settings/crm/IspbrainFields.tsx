import { Button, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import { SecretInput } from "../SecretInput";
import settings from "../Settings.module.css";
import { DetectFields } from "./DetectFields";
import { Credentials, Functions } from "./fields";
import type { Ispbrain } from "./form";
import { IspbrainAdvanced } from "./IspbrainAdvanced";
import type { FieldsProps } from "./types";

export function IspbrainFields({ form, error, hasSecret, onChange }: FieldsProps<Ispbrain>) {
  const own = es.ispbrain;
  const [open, advanced] = useDisclosure();
  const api = (patch: Partial<Ispbrain["api"]>) => onChange({ api: { ...form.api, ...patch } });
  return (
    <>
      <Credentials vendor="ispbrain" server={form.api} error={error} onServer={api}>
        <div className={settings.wide}>
          <SegmentedControl
            aria-label={own.auth}
            value={form.api.auth}
            data={[
              { value: "login", label: own.auths.login },
              { value: "api_key", label: own.auths.api_key },
            ]}
            onChange={(auth) => api({ auth: auth === "login" ? "login" : "api_key" })}
          />
          <p className={settings.hint}>{own.authHint}</p>
        </div>
        <Opener form={form} error={error} hasSecret={hasSecret} onChange={onChange} />
      </Credentials>
      <Functions>
        <TextInput
          label={own.altwha}
          description={own.altwhaHint}
          value={form.api.altwha_account}
          onChange={(event) => api({ altwha_account: event.currentTarget.value })}
        />
        <TextInput
          label={own.category}
          description={own.categoryHint}
          value={form.api.ticket_category}
          onChange={(event) => api({ ticket_category: event.currentTarget.value })}
        />
        <Switch
          className={settings.wide}
          label={own.index}
          description={own.indexHint}
          checked={form.api.fallback_index}
          onChange={(event) => api({ fallback_index: event.currentTarget.checked })}
        />
      </Functions>
      <DetectFields form={form} onFields={(fields) => api({ fields })} />
      <Card
        title={own.advanced}
        aside={
          <Button size="xs" variant="default" aria-expanded={open} onClick={advanced.toggle}>
            {open ? own.close : own.open}
          </Button>
        }
      >
        <p className={settings.hint}>{own.advancedHint}</p>
        {open && <IspbrainAdvanced api={form.api} error={error} onChange={api} />}
      </Card>
    </>
  );
}

/** User and password, or a key. */
function Opener({ form, error, hasSecret, onChange }: FieldsProps<Ispbrain>) {
  const words = es.settings.crm;
  if (form.api.auth === "api_key") {
    return (
      <SecretInput
        label={es.ispbrain.apiKey}
        saved={hasSecret("ispbrain.api_key")}
        value={form.api_key}
        error={fieldError(error, "ispbrain.api_key")}
        onChange={(api_key) => onChange({ api_key })}
      />
    );
  }
  return (
    <>
      <TextInput
        label={words.username}
        autoComplete="off"
        value={form.api.username}
        error={fieldError(error, "ispbrain.username")}
        onChange={(event) => onChange({ api: { ...form.api, username: event.currentTarget.value } })}
      />
      <SecretInput
        label={words.password}
        saved={hasSecret("ispbrain.password")}
        value={form.password}
        error={fieldError(error, "ispbrain.password")}
        onChange={(password) => onChange({ password })}
      />
    </>
  );
}
