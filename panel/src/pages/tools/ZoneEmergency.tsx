import { Alert, Checkbox, Chip, Textarea } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client";
import type { OperationView, ZoneView } from "../../api/types";
import { Card } from "../../components/Card";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import classes from "./Tools.module.css";
import { useOperationUpdates, wordChangeError } from "./useChangeOperation";

const MAX_LENGTH = 2000;

interface ZoneEmergencyProps {
  operation: OperationView;
  zones: readonly ZoneView[];
  reason: string | null;
}

type Draft = Pick<OperationView, "zones_enabled" | "zone_ids" | "zone_message">;

function sameDraft(a: Draft, b: Draft): boolean {
  const ids = (draft: Draft) => [...draft.zone_ids].sort().join();
  return a.zones_enabled === b.zones_enabled && a.zone_message.trim() === b.zone_message && ids(a) === ids(b);
}

/** An emergency text for the customers of some zones only. Zones without a perimeter can not take part. */
export function ZoneEmergency({ operation, zones, reason }: ZoneEmergencyProps) {
  const [touched, setTouched] = useState<Draft | null>(null);
  const draft: Draft = touched ?? operation;
  const change = (patch: Partial<Draft>) => setTouched({ ...draft, ...patch });
  const { accept, readAnew } = useOperationUpdates();
  const save = api.useMutation("put", "/api/emergency", {
    onSuccess: (fresh) => {
      accept(fresh);
      setTouched(null);
      toastDone(es.common.saved);
    },
    onError: readAnew,
  });

  const drawn = zones.filter((zone) => zone.has_perimeter);
  const hidden = zones.length - drawn.length;
  const problem = !draft.zones_enabled
    ? null
    : draft.zone_ids.length === 0
      ? es.tools.zoneMissingZones
      : draft.zone_message.trim() === ""
        ? es.tools.zoneMissingMessage
        : null;
  const unchanged = sameDraft(draft, operation) ? es.tools.noChanges : null;

  return (
    <Card title={es.tools.zones}>
      <div className={classes.form}>
        <p className={classes.hint}>{es.tools.zonesHint}</p>
        <Checkbox
          label={es.tools.zonesToggle}
          checked={draft.zones_enabled}
          disabled={reason !== null}
          onChange={(event) => change({ zones_enabled: event.currentTarget.checked })}
        />
        <fieldset className={classes.zones} disabled={reason !== null}>
          <legend>{es.tools.zonesPick}</legend>
          {drawn.length === 0 && <p className={classes.hint}>{es.tools.zonesEmpty}</p>}
          <Chip.Group multiple value={draft.zone_ids} onChange={(zone_ids) => change({ zone_ids })}>
            {drawn.map((zone) => (
              <Chip key={zone.id} value={zone.id} radius={8} disabled={reason !== null}>
                {zone.name}
              </Chip>
            ))}
          </Chip.Group>
        </fieldset>
        {hidden > 0 && <p className={classes.hint}>{es.tools.zonesHidden(hidden)}</p>}
        <Textarea
          label={es.tools.zoneLabel}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={MAX_LENGTH}
          readOnly={reason !== null}
          value={draft.zone_message}
          onChange={(event) => change({ zone_message: event.currentTarget.value })}
        />
        {save.isError && (
          <Alert color="red" role="alert">
            {wordChangeError(save.error)}
          </Alert>
        )}
        <div className={classes.end}>
          <ReasonButton
            reason={reason ?? problem ?? unchanged}
            loading={save.isPending}
            onClick={() =>
              save.mutate({
                body: {
                  message: operation.emergency_message,
                  zones_enabled: draft.zones_enabled,
                  zone_ids: draft.zone_ids,
                  zone_message: draft.zone_message.trim(),
                  revision: operation.revision,
                },
              })
            }
          >
            {es.tools.saveZones}
          </ReasonButton>
        </div>
      </div>
    </Card>
  );
}
