/** What the fields of each system get. */
export interface FieldsProps<Form> {
  form: Form;
  /** Why the server refused the last save or test. */
  error: unknown;
  hasSecret: (name: string) => boolean;
  onChange: (patch: Partial<Form>) => void;
}
