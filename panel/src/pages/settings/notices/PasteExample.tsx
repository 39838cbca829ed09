import { Alert, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Card } from "../../../components/Card";
import { CopyField } from "../../../components/CopyField";
import { es } from "../../../i18n/es";
import settings from "../Settings.module.css";

type Target = keyof typeof es.notices.settings.vendors;
type Field = keyof typeof es.notices.settings.pasteFields;

const PLACE = "https://DIRECCION-DEL-SERVIDOR/gw/send";

function fieldsOf(target: Target, url: string): readonly (readonly [Field, string])[] {
  const token = es.notices.settings.pasteToken;
  if (target === "ispbrain") return [];
  if (target === "mikrowisp")
    return [
      ["url", url],
      ["params", "to={destinatario}&message={mensaje}"],
      ["method", es.notices.settings.pasteMikrowispMethod],
      ["bearer", token],
    ];
  return [
    ["url", url],
    ["method", "POST"],
    ["header", `Authorization: Bearer ${token}`],
    ["body", '{"to": "5493515550100", "message": "Tu factura vence mañana"}'],
  ];
}

/** What to type into each management system so that its notices come here. */
export function PasteExample({ pushUrl }: { pushUrl: string | null }) {
  const words = es.notices.settings;
  const [target, setTarget] = useState<Target>("mikrowisp");
  return (
    <Card title={words.paste}>
      <div className={settings.stack}>
        <SegmentedControl
          aria-label={words.paste}
          value={target}
          data={Object.entries(words.vendors).map(([value, label]) => ({ value, label }))}
          onChange={(value) => setTarget(value as Target)}
        />
        <p className={settings.hint}>{words.pasteHints[target]}</p>
        {fieldsOf(target, pushUrl ?? PLACE).map(([name, value]) => (
          <CopyField
            key={name}
            label={words.pasteFields[name]}
            value={value}
            copyLabel={words.pasteCopy(words.pasteFields[name])}
          />
        ))}
        {pushUrl === null && target !== "ispbrain" && <Alert color="gray">{words.pasteUrlMissing}</Alert>}
      </div>
    </Card>
  );
}
