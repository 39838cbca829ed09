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
  const parked = useParkedCount();
  const alerts = health.data?.alerts ?? [];
  const well = health.data !== undefined && alerts.length === 0;
  return (
    <Card
      title={words.title}
      className={classes.alerts}
      aside={well && parked === 0 && <Badge tone="ok">{words.ok}</Badge>}
    >
      {health.isPending && <Waiting />}
      {health.isError && !health.data && <Failure error={health.error} onRetry={() => void health.refetch()} />}
      {well && <p className={classes.quiet}>{words.okText}</p>}
      {alerts.length > 0 && <AlertList alerts={alerts} />}
      {parked > 0 && (
        <p className={classes.parked}>
          <Link to="/herramientas/apartados">{es.system.parked.waiting(parked)}</Link>
        </p>
      )}
    </Card>
  );
}

/** How many messages wait for a person's decision; 0 for those who may not decide. */
function useParkedCount(): number {
  const mayDecide = usePermission("parked.manage");
  return useInfiniteQuery({ ...parkedQuery(null), enabled: mayDecide }).data?.pages[0]?.total ?? 0;
}
