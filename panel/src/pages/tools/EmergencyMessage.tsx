import { Alert, Textarea } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client";
import type { OperationView } from "../../api/types";
import { Card } from "../../components/Card";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import classes from "./Tools.module.css";
import { useOperationUpdates, wordChangeError } from "./useChangeOperation";

const MAX_LENGTH = 2000;

/** The text that everybody gets in mode Emergencia. */
export function EmergencyMessage({ operation, reason }: { operation: OperationView; reason: string | null }) {
  /** null: not touched, follow the server. */
  const [draft, setDraft] = useState<string | null>(null);
  const message = draft ?? operation.emergency_message;
  const { accept, readAnew } = useOperationUpdates();
  const save = api.useMutation("put", "/api/emergency", {
    onSuccess: (fresh) => {
      accept(fresh);
      setDraft(null);
      toastDone(es.common.saved);
    },
    onError: readAnew,
  });

  const unchanged = message.trim() === operation.emergency_message ? es.tools.noChanges : null;
  const empty = message.trim() === "" ? es.tools.emergencyEmpty : null;
  return (
    <Card title={es.tools.emergency}>
      <div className={classes.form}>
        <p className={classes.hint}>{es.tools.emergencyHint}</p>
        <Textarea
          label={es.tools.emergencyLabel}
          autosize
          minRows={5}
          maxRows={14}
          maxLength={MAX_LENGTH}
          readOnly={reason !== null}
          value={message}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
        {save.isError && (
          <Alert color="red" role="alert">
            {wordChangeError(save.error)}
          </Alert>
        )}
        <div className={classes.end}>
          <ReasonButton
            reason={reason ?? empty ?? unchanged}
            loading={save.isPending}
            onClick={() =>
              save.mutate({
                body: {
                  message: message.trim(),
                  zones_enabled: operation.zones_enabled,
                  zone_ids: operation.zone_ids,
                  zone_message: operation.zone_message,
                  revision: operation.revision,
                },
              })
            }
          >
            {es.tools.saveEmergency}
          </ReasonButton>
        </div>
      </div>
    </Card>
  );
}
