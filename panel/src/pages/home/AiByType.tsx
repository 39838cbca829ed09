import type { Dashboard } from "../../api/types";
import { Card } from "../../components/Card";
import { es } from "../../i18n/es";
import { formatCount } from "../../lib/numbers";
import classes from "./Charts.module.css";

/** What the AI was used for in the last 30 days. */
export function AiByType({ card, missing }: { card: Dashboard["ai"]; missing: string }) {
  const most = Math.max(1, ...(card?.by_type.map((type) => type.count) ?? []));
  return (
    <Card title={es.home.aiByType} aside={es.home.days30}>
      {!card && <p className={classes.empty}>{missing}</p>}
      {card && card.total_30d === 0 && <p className={classes.empty}>{es.home.aiEmpty}</p>}
      {card && card.total_30d > 0 && (
        <ul className={classes.bars}>
          {card.by_type.map((type) => (
            <li key={type.kind}>
              <span>{type.label}</span>
              <b>{formatCount(type.count)}</b>
              <span className={classes.bar} style={{ width: `${(type.count / most) * 100}%` }} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
