import { Textarea } from "@mantine/core";
import { useState } from "react";
import { es } from "../../../i18n/es";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import { type Body, isBody, readBody, showBody } from "./templates";

interface TemplateBodyProps {
  label: string;
  description: string;
  value: Body;
  error: string | null;
  onChange: (body: Body) => void;
}

/** The JSON that is sent, with places in braces. What is no JSON goes into the form as it is: the server refuses to save it. */
export function TemplateBody({ label, description, value, error, onChange }: TemplateBodyProps) {
  const [typed, setTyped] = useState(() => showBody(value));
  const same = JSON.stringify(readBody(typed)) === JSON.stringify(value);
  return (
    <Textarea
      className={settings.wide}
      classNames={{ input: classes.body }}
      label={label}
      description={description}
      autosize
      minRows={3}
      maxRows={14}
      spellCheck={false}
      value={same ? typed : showBody(value)}
      error={isBody(value) ? error : es.ispbrain.notJson}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(readBody(event.currentTarget.value) as Body);
      }}
    />
  );
}
