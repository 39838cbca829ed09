import { useQuery } from "@tanstack/react-query";
import { healthQuery } from "../../api/settings";
import { AlertList } from "../../components/AlertList";
import { Badge } from "../../components/Badge";
import { Card } from "../../components/Card";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import classes from "./Home.module.css";

/** What does not work now; one quiet line while all is well. */
export function SystemAlerts() {
  const words = es.system.health;
  const health = useQuery(healthQuery);
  const alerts = health.data?.alerts ?? [];
  return (
    <Card
      title={words.title}
      className={classes.alerts}
      aside={health.data && alerts.length === 0 && <Badge tone="ok">{words.ok}</Badge>}
    >
      {health.isPending && <Waiting />}
      {health.isError && !health.data && <Failure error={health.error} onRetry={() => void health.refetch()} />}
      {health.data && alerts.length === 0 && <p className={classes.quiet}>{words.okText}</p>}
      {alerts.length > 0 && <AlertList alerts={alerts} />}
    </Card>
  );
}
