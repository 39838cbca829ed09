import { useQuery } from "@tanstack/react-query";
import { crmStatusQuery } from "../../../api/settings";
import { Badge } from "../../../components/Badge";
import { Card } from "../../../components/Card";
import { Failure, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";
import type { VendorName } from "./form";

const nameOf = (vendor: string): string =>
  vendor in es.settings.crm.vendors ? es.settings.crm.vendors[vendor as VendorName][0] : vendor;

/** What the system in use can do here, and why it can not do the rest. */
export function Capabilities({ revision }: { revision: number }) {
  const words = es.settings.crm;
  const status = useQuery(crmStatusQuery(revision));
  const behind = (status.data?.revision ?? revision) < revision;
  const vendor = behind ? null : status.data?.vendor;
  return (
    <Card
      title={vendor ? words.capabilitiesOf(nameOf(vendor)) : words.capabilities}
      aside={
        vendor && (
          <Badge tone={status.data?.healthy ? "ok" : "bad"} dot>
            {status.data?.healthy ? words.healthy : words.unhealthy}
          </Badge>
        )
      }
    >
      {(status.isPending || behind) && <Waiting />}
      {status.isError && <Failure error={status.error} onRetry={() => void status.refetch()} />}
      {status.data && !behind && !vendor && <p className={settings.hint}>{words.capabilitiesEmpty}</p>}
      {vendor && status.data?.reason && <p className={settings.hint}>{status.data.reason}</p>}
      {vendor && (
        <table className={classes.table}>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{words.capability}</th>
              <th scope="col">{words.can}</th>
            </tr>
          </thead>
          <tbody>
            {status.data?.capabilities.map(({ capability, label, available, why, remedy }) => (
              <tr key={capability}>
                <th scope="row">
                  {label}
                  {why && <span className={classes.why}>{why}</span>}
                  {remedy && <span className={classes.remedy}>{remedy}</span>}
                </th>
                <td>
                  <Badge tone={available ? "ok" : "plain"}>{available ? words.can : words.cannot}</Badge>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
