import { Alert, Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import { api } from "../../api/client";
import type { OperationView } from "../../api/types";
import { Card } from "../../components/Card";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import classes from "./Tools.module.css";
import { useOperationUpdates, wordChangeError } from "./useChangeOperation";

const MAX_LENGTH = 2000;

export type EmergencyTexts = Pick<OperationView, "emergency_message" | "zones_enabled" | "zone_ids" | "zone_message">;

interface EmergencyFormProps {
  title: string;
  hint: string;
  label: string;
  submit: string;
  operation: OperationView;
  /** What is changed; the rest of the texts stays as it is. */
  changed: Partial<EmergencyTexts>;
  message: string;
  /** Why nothing may be changed here. */
  reason: string | null;
  /** Why this can not be saved. */
  problem: string | null;
  unchanged: boolean;
  rows: number;
  onMessage: (message: string) => void;
  onSaved: () => void;
  children?: ReactNode;
}

/** A card with one emergency text: both the general one and that of the zones save the same section. */
export function EmergencyForm(props: EmergencyFormProps) {
  const { operation, changed, reason, problem, unchanged, onSaved } = props;
  const { accept, readAnew } = useOperationUpdates();
  const save = api.useMutation("put", "/api/emergency", {
    onSuccess: (fresh) => {
      accept(fresh);
      onSaved();
      toastDone(es.common.saved);
    },
    onError: readAnew,
  });
  const texts: EmergencyTexts = { ...operation, ...changed };
  const body = {
    message: texts.emergency_message.trim(),
    zones_enabled: texts.zones_enabled,
    zone_ids: texts.zone_ids,
    zone_message: texts.zone_message.trim(),
    revision: operation.revision,
  };
  return (
    <Card title={props.title}>
      <div className={classes.form}>
        <p className={classes.hint}>{props.hint}</p>
        {props.children}
        <Textarea
          label={props.label}
          autosize
          minRows={props.rows}
          maxRows={14}
          maxLength={MAX_LENGTH}
          readOnly={reason !== null}
          value={props.message}
          onChange={(event) => props.onMessage(event.currentTarget.value)}
        />
        {save.isError && (
          <Alert color="red" role="alert">
            {wordChangeError(save.error)}
          </Alert>
        )}
        <div className={classes.end}>
          <ReasonButton
            reason={reason ?? problem ?? (unchanged ? es.tools.noChanges : null)}
            loading={save.isPending}
            onClick={() => save.mutate({ body })}
          >
            {props.submit}
          </ReasonButton>
        </div>
      </div>
    </Card>
  );
}
