import { Alert, Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api } from "../../../api/client";
import { wordError } from "../../../api/errors";
import type { FieldsDetectedView } from "../../../api/types";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { formatMoney } from "../../../lib/numbers";
import { toastDone } from "../../../lib/toasts";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import type { Ispbrain } from "./form";

type Fields = Ispbrain["api"]["fields"];
type CustomerField = keyof typeof es.ispbrain.customer;
type By = "number" | "document" | "phone";

const CUSTOMER_FIELDS = Object.entries(es.ispbrain.customer) as [CustomerField, readonly [string, boolean]][];

interface DetectFieldsProps {
  form: Ispbrain;
  onFields: (fields: Fields) => void;
}

/** Looks at one real customer, and lets a person say where each value stands. */
export function DetectFields({ form, onFields }: DetectFieldsProps) {
  const words = es.ispbrain;
  const [by, setBy] = useState<By>("number");
  const [value, setValue] = useState("");
  const detect = api.useMutation("post", "/api/settings/crm/detect");
  const found = detect.data;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (value.trim()) detect.mutate({ body: { by, value: value.trim(), form: form.api.url ? form : null } });
  }

  return (
    <Card title={words.detect}>
      <form className={settings.stack} onSubmit={submit}>
        <p className={settings.hint}>{words.detectHint}</p>
        <div className={settings.three}>
          <Select
            label={words.by}
            allowDeselect={false}
            value={by}
            data={Object.entries(words.bys).map(([name, label]) => ({ value: name, label }))}
            onChange={(name) => setBy(name === "document" || name === "phone" ? name : "number")}
          />
          <TextInput label={words.value} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
          <Button type="submit" variant="default" loading={detect.isPending}>
            {words.run}
          </Button>
        </div>
        {detect.isError && (
          <Alert color="red" role="alert">
            {wordError(detect.error)}
          </Alert>
        )}
        {found && !found.ok && (
          <Alert color="red" role="alert">
            {found.message}
          </Alert>
        )}
        {found?.ok && <Found found={found} fields={form.api.fields} onFields={onFields} />}
      </form>
    </Card>
  );
}

function Found({
  found,
  fields,
  onFields,
}: {
  found: FieldsDetectedView;
  fields: Fields;
  onFields: DetectFieldsProps["onFields"];
}) {
  const words = es.ispbrain;
  const { proposed, reads } = found;
  const options = CUSTOMER_FIELDS.map(([name, [label]]) => ({ value: name, label }));
  const usedFor = (path: string) => CUSTOMER_FIELDS.find(([name]) => fields.customer[name] === path)?.[0] ?? null;
  return (
    <>
      {reads && (
        <>
          <h3 className={classes.section}>{words.reads}</h3>
          <dl className={classes.reads}>
            {[
              [words.customer.name[0], reads.name],
              [words.customer.code[0], reads.number],
              [words.customer.balance[0], formatMoney(reads.balance)],
              [words.customer.document[0], reads.document ?? es.common.none],
              [words.customer.phones[0], reads.phones.join(", ") || words.noPhones],
            ].map(([label, shown]) => (
              <div key={label} style={{ display: "contents" }}>
                <dt>{label}</dt>
                <dd>{shown}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {proposed && (
        <div className={settings.row}>
          <Button
            size="xs"
            onClick={() => {
              onFields(proposed);
              toastDone(words.accepted);
            }}
          >
            {words.accept}
          </Button>
        </div>
      )}
      <h3 className={classes.section}>{words.found(found.paths.length)}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable with the keyboard */}
      <section className={classes.samples} tabIndex={0} aria-label={words.detect}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.path}</th>
              <th scope="col">{words.sample}</th>
              <th scope="col">{words.use}</th>
            </tr>
          </thead>
          <tbody>
            {found.paths.map(({ path, sample }) => (
              <tr key={path}>
                <th scope="row" className={classes.path}>
                  {path}
                </th>
                <td>{sample}</td>
                <td>
                  <Select
                    size="xs"
                    aria-label={words.useFor(path)}
                    placeholder={words.useNone}
                    clearable
                    value={usedFor(path)}
                    data={options}
                    onChange={(name) => {
                      const chosen = CUSTOMER_FIELDS.find(([known]) => known === name)?.[0];
                      if (chosen) onFields({ ...fields, customer: { ...fields.customer, [chosen]: path } });
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
