import { Select, TextInput } from "@mantine/core";
import { Badge } from "../../../components/Badge";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import type { Ispbrain } from "./form";
import { TemplateBody } from "./TemplateBody";

type Api = Ispbrain["api"];
type Write = NonNullable<Api["endpoints"]>["promise"];

const METHODS: readonly Write["method"][] = ["POST", "PUT", "PATCH"];
const NAMES = ["new_ticket", "promise", "payment"] as const;

interface WriteTemplatesProps {
  api: Api;
  error: unknown;
  onChange: (patch: Partial<Api>) => void;
}

/** What is sent to open a ticket, to book a promise and to book a payment; without a path each is off. */
export function WriteTemplates({ api, error, onChange }: WriteTemplatesProps) {
  const words = es.ispbrain;
  const { endpoints } = api;
  if (!endpoints) return null;
  return (
    <section className={settings.stack} aria-label={words.templates}>
      <h3 className={classes.section}>{words.templates}</h3>
      <p className={settings.hint}>{words.templatesHint}</p>
      {NAMES.map((name) => {
        const write = endpoints[name];
        return (
          write && (
            <Template
              key={name}
              name={name}
              write={write}
              error={error}
              onChange={(patch) => onChange({ endpoints: { ...endpoints, [name]: { ...write, ...patch } } })}
            />
          )
        );
      })}
    </section>
  );
}

interface TemplateProps {
  name: (typeof NAMES)[number];
  write: Write;
  error: unknown;
  onChange: (patch: Partial<Write>) => void;
}

function Template({ name, write, error, onChange }: TemplateProps) {
  const words = es.ispbrain;
  const own = words.writes[name];
  return (
    <fieldset className={classes.template}>
      <legend>
        {own.title}{" "}
        <Badge tone={write.path ? "ok" : "plain"}>{write.path ? words.templateOn : words.templateOff}</Badge>
      </legend>
      <div className={classes.call}>
        <Select
          label={words.method}
          allowDeselect={false}
          value={write.method}
          data={METHODS}
          onChange={(method) => onChange({ method: METHODS.find((one) => one === method) ?? "POST" })}
        />
        <TextInput
          label={words.templatePath}
          placeholder={words.off}
          autoComplete="off"
          spellCheck={false}
          value={write.path}
          error={fieldError(error, `endpoints.${name}.path`)}
          onChange={(event) => onChange({ path: event.currentTarget.value })}
        />
      </div>
      <TemplateBody
        label={words.templateBody}
        description={own.places}
        value={write.body}
        error={fieldError(error, `endpoints.${name}`) ?? fieldError(error, `endpoints.${name}.body`)}
        onChange={(body) => onChange({ body })}
      />
    </fieldset>
  );
}
