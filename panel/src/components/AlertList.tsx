import type { AlertView } from "../api/types";
import { es } from "../i18n/es";
import { elapsedWords } from "../lib/times";
import { useNow } from "../lib/useNow";
import classes from "./AlertList.module.css";
import { Badge } from "./Badge";

/** What does not work, since when, what customers notice, and what to do. */
export function AlertList({ alerts }: { alerts: readonly AlertView[] }) {
  const words = es.system.health;
  const now = useNow();
  return (
    <ul className={classes.list}>
      {alerts.map((alert) => (
        <li key={alert.id} className={classes.alert} data-level={alert.level}>
          <div className={classes.head}>
            <strong>{alert.part}</strong>
            <Badge tone={alert.level}>{words.levels[alert.level]}</Badge>
            <span className={classes.since}>{words.since(elapsedWords(alert.since, now))}</span>
          </div>
          <p className={classes.line}>{alert.what}</p>
          <p className={classes.line}>
            <b>{words.customers}</b> {alert.customers}
          </p>
          <p className={classes.line}>
            <b>{words.todo}</b> {alert.todo}
          </p>
        </li>
      ))}
    </ul>
  );
}
