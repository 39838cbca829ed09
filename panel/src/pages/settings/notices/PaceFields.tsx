import { NumberInput, Switch, TextInput } from "@mantine/core";
import type { NoticeRules } from "../../../api/types";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import settings from "../Settings.module.css";

interface RulesProps {
  rules: NoticeRules;
  onChange: (patch: Partial<NoticeRules>) => void;
}

type NumberRule = { [K in keyof NoticeRules]: NoticeRules[K] extends number ? K : never }[keyof NoticeRules];

interface NumberRuleProps extends RulesProps {
  name: NumberRule;
  label: string;
  hint?: string;
  min?: number;
  max: number;
}

function NumberField({ rules, onChange, name, label, hint, min = 1, max }: NumberRuleProps) {
  return (
    <NumberInput
      label={label}
      description={hint}
      min={min}
      max={max}
      decimalSeparator=","
      allowDecimal={name === "notices_per_minute"}
      value={rules[name]}
      onChange={(value) => value !== "" && onChange({ [name]: Number(value) })}
    />
  );
}

/** When and how fast notices leave. */
export function PaceFields(props: RulesProps) {
  const { rules, onChange } = props;
  const words = es.notices.settings;
  const time = (field: "quiet_from" | "quiet_to", label: string) => (
    <TextInput
      type="time"
      label={label}
      disabled={!rules.quiet_hours}
      value={rules[field].slice(0, 5)}
      onChange={(event) => event.currentTarget.value && onChange({ [field]: `${event.currentTarget.value}:00` })}
    />
  );
  return (
    <Card title={words.pace}>
      <div className={settings.fields}>
        <Switch
          className={settings.wide}
          label={words.quiet}
          description={words.quietHint}
          checked={rules.quiet_hours}
          onChange={(event) => onChange({ quiet_hours: event.currentTarget.checked })}
        />
        {time("quiet_from", words.from)}
        {time("quiet_to", words.to)}
        <NumberField
          {...props}
          name="notices_per_minute"
          label={words.perMinute}
          hint={words.perMinuteHint}
          max={600}
        />
        <NumberField {...props} name="cold_per_day" label={words.cold} hint={words.coldHint} min={0} max={1000} />
        <NumberField {...props} name="default_ttl_h" label={words.ttl} hint={words.ttlHint} max={720} />
        <NumberField
          {...props}
          name="duplicate_window_min"
          label={words.duplicates}
          hint={words.duplicatesHint}
          max={1440}
        />
      </div>
    </Card>
  );
}

/** Attachments, history and ISPBrain's queue. */
export function FileFields(props: RulesProps) {
  const { rules, onChange } = props;
  const words = es.notices.settings;
  return (
    <>
      <Card title={words.files}>
        <div className={settings.fields}>
          <Switch
            className={settings.wide}
            label={words.attach}
            description={words.attachHint}
            checked={rules.attach_pdf_links}
            onChange={(event) => onChange({ attach_pdf_links: event.currentTarget.checked })}
          />
          <NumberField {...props} name="max_attachment_mb" label={words.maxMb} max={64} />
          <NumberField {...props} name="retention_days" label={words.retention} max={730} />
        </div>
      </Card>
      <Card title={words.altwha}>
        <div className={settings.fields}>
          <Switch
            className={settings.wide}
            label={words.altwhaPoll}
            checked={rules.altwha_poll}
            onChange={(event) => onChange({ altwha_poll: event.currentTarget.checked })}
          />
          <NumberField {...props} name="altwha_max_tries" label={words.altwhaTries} max={20} />
        </div>
      </Card>
    </>
  );
}
