import type { CrmForm } from "../../../api/types";
import { Badge } from "../../../components/Badge";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import type { VendorName } from "./form";

const VENDORS: readonly VendorName[] = ["mikrowisp", "ispcube", "ispbrain"];

interface VendorPickerProps {
  value: CrmForm["vendor"];
  /** The one that is saved. */
  inUse: CrmForm["vendor"];
  onChange: (vendor: CrmForm["vendor"]) => void;
}

/** Which management system: one, or none. */
export function VendorPicker({ value, inUse, onChange }: VendorPickerProps) {
  const words = es.settings.crm;
  const option = (vendor: VendorName | null, name: string, hint: string) => (
    <label key={name} className={classes.vendor}>
      <input
        type="radio"
        name="crm-vendor"
        checked={value === vendor}
        onChange={() => onChange(vendor as CrmForm["vendor"])}
      />
      <span className={classes.vendorName}>
        {name}
        {vendor !== null && inUse === vendor && <Badge tone="ok">{words.active}</Badge>}
      </span>
      <span className={classes.vendorHint}>{hint}</span>
    </label>
  );
  return (
    <Card title={words.choose}>
      <div className={settings.stack}>
        <p className={settings.hint}>{words.chooseHint}</p>
        <fieldset className={classes.vendors}>
          <legend className="visually-hidden">{words.choose}</legend>
          {VENDORS.map((vendor) => option(vendor, words.vendors[vendor][0], words.vendors[vendor][1]))}
          {option(null, words.none, words.noneHint)}
        </fieldset>
      </div>
    </Card>
  );
}
