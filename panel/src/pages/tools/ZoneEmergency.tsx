import { Checkbox, Chip } from "@mantine/core";
import { useState } from "react";
import type { OperationView, ZoneView } from "../../api/types";
import { es } from "../../i18n/es";
import { EmergencyForm } from "./EmergencyForm";
import classes from "./Tools.module.css";

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

function problemOf(draft: Draft): string | null {
  if (!draft.zones_enabled) return null;
  if (draft.zone_ids.length === 0) return es.tools.zoneMissingZones;
  return draft.zone_message.trim() === "" ? es.tools.zoneMissingMessage : null;
}

/** An emergency text for the customers of some zones only. Zones without a perimeter can not take part. */
export function ZoneEmergency({ operation, zones, reason }: ZoneEmergencyProps) {
  const [touched, setTouched] = useState<Draft | null>(null);
  const { zones_enabled, zone_ids, zone_message } = touched ?? operation;
  const draft: Draft = { zones_enabled, zone_ids, zone_message };
  const change = (patch: Partial<Draft>) => setTouched({ ...draft, ...patch });
  const drawn = zones.filter((zone) => zone.has_perimeter);
  const hidden = zones.length - drawn.length;
  return (
    <EmergencyForm
      title={es.tools.zones}
      hint={es.tools.zonesHint}
      label={es.tools.zoneLabel}
      submit={es.tools.saveZones}
      operation={operation}
      changed={draft}
      message={draft.zone_message}
      reason={reason}
      problem={problemOf(draft)}
      unchanged={sameDraft(draft, operation)}
      rows={3}
      onMessage={(message) => change({ zone_message: message })}
      onSaved={() => setTouched(null)}
    >
      <Checkbox
        label={es.tools.zonesToggle}
        checked={draft.zones_enabled}
        disabled={reason !== null}
        onChange={(event) => change({ zones_enabled: event.currentTarget.checked })}
      />
      <fieldset className={classes.zones} disabled={reason !== null}>
        <legend>{es.tools.zonesPick}</legend>
        {drawn.length === 0 && <p className={classes.hint}>{es.tools.zonesEmpty}</p>}
        <Chip.Group multiple value={draft.zone_ids} onChange={(chosen) => change({ zone_ids: chosen })}>
          {drawn.map((zone) => (
            <Chip key={zone.id} value={zone.id} radius={8} disabled={reason !== null}>
              {zone.name}
            </Chip>
          ))}
        </Chip.Group>
      </fieldset>
      {hidden > 0 && <p className={classes.hint}>{es.tools.zonesHidden(hidden)}</p>}
    </EmergencyForm>
  );
}
