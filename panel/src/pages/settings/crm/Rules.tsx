import { NumberInput, Switch, TextInput } from "@mantine/core";
import type { CrmForm } from "../../../api/types";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import settings from "../Settings.module.css";

interface RulesProps {
  form: CrmForm;
  error: unknown;
  onChange: (patch: Partial<CrmForm>) => void;
}

/** What does not depend on the system: area code, promises, what is copied there. */
export function Rules({ form, error, onChange }: RulesProps) {
  const words = es.settings.crm;
  const { promises } = form;
  const promise = (patch: Partial<CrmForm["promises"]>) => onChange({ promises: { ...promises, ...patch } });
  return (
    <>
      <Card title={words.promises}>
        <div className={settings.fields}>
          <Switch
            className={settings.wide}
            label={words.promisesOn}
            checked={promises.enabled}
            onChange={(event) => promise({ enabled: event.currentTarget.checked })}
          />
          <NumberInput
            label={words.promisesDays}
            description={words.promisesDaysHint}
            min={1}
            max={20}
            allowDecimal={false}
            disabled={!promises.enabled}
            value={promises.max_days}
            onChange={(value) => value !== "" && promise({ max_days: Number(value) })}
          />
          <NumberInput
            label={words.promisesMonth}
            min={1}
            max={10}
            allowDecimal={false}
            disabled={!promises.enabled}
            value={promises.max_per_month}
            onChange={(value) => value !== "" && promise({ max_per_month: Number(value) })}
          />
        </div>
      </Card>
      <Card title={words.mirror}>
        <div className={settings.stack}>
          <Switch
            label={words.mirrorTickets}
            checked={form.mirror_tickets}
            onChange={(event) => onChange({ mirror_tickets: event.currentTarget.checked })}
          />
          <Switch
            label={words.mirrorLeads}
            checked={form.mirror_leads}
            onChange={(event) => onChange({ mirror_leads: event.currentTarget.checked })}
          />
          <TextInput
            label={words.areaCode}
            description={words.areaCodeHint}
            inputMode="numeric"
            maxLength={5}
            maw={320}
            value={form.default_area_code}
            error={fieldError(error, "default_area_code")}
            onChange={(event) => onChange({ default_area_code: event.currentTarget.value.replace(/\D/g, "") })}
          />
        </div>
      </Card>
    </>
  );
}
