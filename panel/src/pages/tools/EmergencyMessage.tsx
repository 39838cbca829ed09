import { useState } from "react";
import type { OperationView } from "../../api/types";
import { es } from "../../i18n/es";
import { EmergencyForm } from "./EmergencyForm";

/** The text that everybody gets in mode Emergencia. */
export function EmergencyMessage({ operation, reason }: { operation: OperationView; reason: string | null }) {
  /** null: not touched, follow the server. */
  const [draft, setDraft] = useState<string | null>(null);
  const message = draft ?? operation.emergency_message;
  return (
    <EmergencyForm
      title={es.tools.emergency}
      hint={es.tools.emergencyHint}
      label={es.tools.emergencyLabel}
      submit={es.tools.saveEmergency}
      operation={operation}
      changed={{ emergency_message: message }}
      message={message}
      reason={reason}
      problem={message.trim() === "" ? es.tools.emergencyEmpty : null}
      unchanged={message.trim() === operation.emergency_message}
      rows={5}
      onMessage={setDraft}
      onSaved={() => setDraft(null)}
    />
  );
}
