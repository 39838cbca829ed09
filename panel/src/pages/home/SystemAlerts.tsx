import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { healthQuery, parkedQuery } from "../../api/settings";
import { AlertList } from "../../components/AlertList";
import { Badge } from "../../components/Badge";
import { Card } from "../../components/Card";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { usePermission } from "../../session/useSession";
import classes from "./Home.module.css";

/** What does not work now; one quiet line while all is well. */
export function SystemAlerts() {
  const words = es.system.health;
  const health = useQuery(healthQuery);
  const maySeeParked = usePermission("parked.manage");
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
      {maySeeParked && <ParkedLine />}
    </Card>
  );
}

/** The way to messages that wait for a person; nothing while there are none. */
function ParkedLine() {
  const total = useInfiniteQuery(parkedQuery(null)).data?.pages[0]?.total ?? 0;
  if (total === 0) return null;
  return (
    <p className={classes.parked}>
      <Link to="/herramientas/apartados">{es.system.parked.waiting(total)}</Link>
    </p>
  );
}
