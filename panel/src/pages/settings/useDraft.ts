import { useState } from "react";

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

interface Touched<Saved, Form> {
  /** The state of the server that the changes were made on: its revision goes back with them. */
  base: Saved;
  form: Form;
}

/** What a person is changing. Untouched it follows the server; once touched it stays on what it was begun from. */
export function useDraft<Saved, Form extends object>(saved: Saved, formOf: (saved: Saved) => Form) {
  const [touched, setTouched] = useState<Touched<Saved, Form> | null>(null);
  const base = touched?.base ?? saved;
  const form = touched?.form ?? formOf(saved);
  return {
    base,
    form,
    dirty: touched !== null && !same(touched.form, formOf(touched.base)),
    change: (patch: Partial<Form>) =>
      setTouched((now) => ({ base: now?.base ?? saved, form: { ...(now?.form ?? formOf(saved)), ...patch } })),
    reset: () => setTouched(null),
  };
}
