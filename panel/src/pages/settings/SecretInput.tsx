import { PasswordInput } from "@mantine/core";
import { es } from "../../i18n/es";

interface SecretInputProps {
  label: string;
  description?: string;
  saved: boolean;
  value: string | null;
  error?: string | null;
  onChange: (value: string | null) => void;
}

/** A secret that can be written and never read back: empty keeps what is saved. */
export function SecretInput({ label, description, saved, value, error, onChange }: SecretInputProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      placeholder={saved ? es.settings.secretSaved : es.settings.secretNew}
      autoComplete="new-password"
      value={value ?? ""}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value || null)}
      visibilityToggleButtonProps={{ "aria-label": `${es.settings.show}: ${label}`, "aria-hidden": false, tabIndex: 0 }}
    />
  );
}
