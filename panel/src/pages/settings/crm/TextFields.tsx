import { TextInput } from "@mantine/core";
import { Badge } from "../../../components/Badge";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";

/** The label of a text, whether its default was seen at work, and what it is for. */
type Words = readonly [label: string, seen: boolean, hint?: string];

interface TextFieldsProps<Name extends string> {
  words: Readonly<Record<Name, Words>>;
  values: NoInfer<Readonly<Record<Name, string>>>;
  /** Where the server says an error of these is: "endpoints". */
  place: string;
  error: unknown;
  onChange: (patch: Record<string, string>) => void;
}

/** A field for each text of a group. */
export function TextFields<Name extends string>({ words, values, place, error, onChange }: TextFieldsProps<Name>) {
  return (Object.entries(words) as [Name, Words][]).map(([name, [label, seen, hint]]) => (
    <TextInput
      key={name}
      label={
        <>
          {label} <Badge tone={seen ? "plain" : "warn"}>{seen ? es.ispbrain.seen : es.ispbrain.guess}</Badge>
        </>
      }
      description={hint}
      placeholder={es.ispbrain.off}
      autoComplete="off"
      spellCheck={false}
      value={values[name]}
      error={fieldError(error, `${place}.${name}`)}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  ));
}
