import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useState } from "react";
import { dashboardQuery, whatsappQuery } from "../../api/queries";
import type { Dashboard, VisitDays } from "../../api/types";
import { PageHead } from "../../components/PageHead";
import { Failure } from "../../components/States";
import { es } from "../../i18n/es";
import { capitalise } from "../../lib/times";
import { useNow } from "../../lib/useNow";
import { useTimes } from "../../session/useSession";
import { AiByType } from "./AiByType";
import classes from "./Home.module.css";
import { AiKpi, BotKpi, OpenTicketsKpi, VisitsKpi } from "./Kpis";
import { LinkCard } from "./LinkCard";
import { SystemAlerts } from "./SystemAlerts";
import { TicketsByStatus } from "./TicketsByStatus";
import { UpcomingVisits } from "./UpcomingVisits";

export function HomePage() {
  const times = useTimes();
  const now = useNow();
  const [days, setDays] = useState<VisitDays>(0);
  const dashboard = useQuery(dashboardQuery(days));
  const link = useQuery(whatsappQuery);

  return (
    <>
      <PageHead
        title={es.home.title}
        intro={capitalise(times.longDay(new Date(now).toISOString()))}
        action={
          <Button component="a" href="/omnichat" target="ispbot-omnichat" leftSection={<MessagesSquare size={15} />}>
            {es.home.openOmnichat}
          </Button>
        }
      />
      {link.data && link.data.state !== "connected" && <LinkCard link={link.data} />}
      {dashboard.isPending && <KpiSkeleton />}
      {dashboard.isError && <Failure error={dashboard.error} onRetry={() => void dashboard.refetch()} />}
      {dashboard.data && (
        <>
          <div className={classes.kpis}>
            <BotKpi card={dashboard.data.bot} link={link.data} missing={missing(dashboard.data, "bot")} />
            <OpenTicketsKpi card={dashboard.data.open_tickets} missing={missing(dashboard.data, "open_tickets")} />
            <VisitsKpi
              card={dashboard.data.visits}
              missing={missing(dashboard.data, "visits")}
              days={days}
              onDays={setDays}
            />
            <AiKpi card={dashboard.data.ai} missing={missing(dashboard.data, "ai")} />
          </div>
          <div className={classes.charts}>
            <TicketsByStatus
              card={dashboard.data.tickets_by_status}
              missing={missing(dashboard.data, "tickets_by_status")}
            />
            <AiByType card={dashboard.data.ai} missing={missing(dashboard.data, "ai")} />
            <UpcomingVisits card={dashboard.data.visits} missing={missing(dashboard.data, "visits")} />
          </div>
        </>
      )}
      <SystemAlerts />
    </>
  );
}

type CardName = Dashboard["unavailable"][number]["card"];

/** Why a card has no numbers, in the server's words. */
function missing(dashboard: Dashboard, card: CardName): string {
  return dashboard.unavailable.find((entry) => entry.card === card)?.message ?? es.home.cardUnavailable;
}

function KpiSkeleton() {
  return (
    <div className={classes.kpis} role="status" aria-label={es.common.loading}>
      {["bot", "tickets", "visits", "ai"].map((name) => (
        <Skeleton key={name} height={128} radius={12} />
      ))}
    </div>
  );
}
