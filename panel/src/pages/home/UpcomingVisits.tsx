import type { Dashboard } from "../../api/types";
import { Badge } from "../../components/Badge";
import { Card } from "../../components/Card";
import { es } from "../../i18n/es";
import { useTimes } from "../../session/useSession";
import classes from "./Charts.module.css";

/** The next few visits of the span chosen on the visits card. */
export function UpcomingVisits({ card, missing }: { card: Dashboard["visits"]; missing: string }) {
  const times = useTimes();
  return (
    <Card title={es.home.upcoming}>
      {!card && <p className={classes.empty}>{missing}</p>}
      {card && card.upcoming.length === 0 && <p className={classes.empty}>{es.home.noVisits}</p>}
      <ul className={classes.visits}>
        {card?.upcoming.map((visit) => (
          <li key={visit.id}>
            <div className={classes.when}>
              <b>{times.clock(visit.starts_at)}</b>
              <span>{times.shortDay(visit.starts_at)}</span>
            </div>
            <div className={classes.who}>
              <b>{visit.customer_name}</b>
              <span>{[visit.address, visit.technician].filter(Boolean).join(" · ")}</span>
            </div>
            <Badge tone={visit.kind === "technical" ? "info" : "accent"}>{es.home.visitKinds[visit.kind]}</Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
