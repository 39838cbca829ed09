import { SegmentedControl } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CalendarDays, type LucideIcon, Smartphone, Sparkles, Ticket } from "lucide-react";
import type { ReactNode } from "react";
import type { Dashboard, LinkView, VisitDays } from "../../api/types";
import { Light } from "../../components/Badge";
import { Sparkline } from "../../components/Sparkline";
import { es } from "../../i18n/es";
import { formatCount } from "../../lib/numbers";
import { formatPhone } from "../../lib/phone";
import { elapsedWords } from "../../lib/times";
import { useNow } from "../../lib/useNow";
import { useTimes } from "../../session/useSession";
import { LINK_TONE } from "../../shell/useBot";
import classes from "./Kpis.module.css";

interface KpiProps {
  icon: LucideIcon;
  label: string;
  children: ReactNode;
}

function Kpi({ icon: Icon, label, children }: KpiProps) {
  return (
    <section className={classes.kpi} aria-label={label}>
      <h2 className={classes.label}>
        <Icon size={15} aria-hidden="true" /> {label}
      </h2>
      {children}
    </section>
  );
}

const Missing = ({ why }: { why: string }) => <p className={classes.missing}>{why}</p>;

type Card<Name extends keyof Dashboard> = { card: Dashboard[Name]; missing: string };

/** The socket tells the link's state at once; the dashboard's answer fills the rest. */
export function BotKpi({ card, link, missing }: Card<"bot"> & { link: LinkView | undefined }) {
  const now = useNow();
  const state = link?.state ?? card?.state;
  const since = link?.since ?? card?.since;
  const number = link?.account?.number ?? card?.number;
  return (
    <Kpi icon={Smartphone} label={es.home.botState}>
      {state ? (
        <>
          <div className={classes.state}>
            <Light tone={LINK_TONE[state]} pulse={state !== "connected"} /> {es.bot.states[state]}
          </div>
          <div className={classes.foot}>
            <span className="num">{number ? formatPhone(number) : es.common.none}</span>
            {since && <span>{es.home.since(elapsedWords(since, now))}</span>}
          </div>
        </>
      ) : (
        <Missing why={missing} />
      )}
    </Kpi>
  );
}

export function OpenTicketsKpi({ card, missing }: Card<"open_tickets">) {
  return (
    <Kpi icon={Ticket} label={es.home.openTickets}>
      {card ? (
        <>
          <div className={classes.row}>
            <Link to="/omnichat/{-$ticketId}" search={{ vista: "pending" }} className={classes.figure}>
              {formatCount(card.total)}
              <span className="visually-hidden"> {es.home.openTickets}</span>
            </Link>
            <Sparkline values={card.trend} label={es.home.trend} />
          </div>
          <div className={classes.foot}>
            <span>
              <b>{formatCount(card.pending)}</b> {es.home.pending}
            </span>
            <span>
              <b>{formatCount(card.in_progress)}</b> {es.home.inProgress}
            </span>
          </div>
        </>
      ) : (
        <Missing why={missing} />
      )}
    </Kpi>
  );
}

const RANGES: readonly VisitDays[] = [0, 15, 30];

export function VisitsKpi({
  card,
  missing,
  days,
  onDays,
}: Card<"visits"> & { days: VisitDays; onDays: (days: VisitDays) => void }) {
  const times = useTimes();
  return (
    <Kpi icon={CalendarDays} label={es.home.visits}>
      {card ? (
        <>
          <div className={classes.row}>
            <span className={classes.figure}>
              {formatCount(card.count)}
              {card.more && <small>+</small>}
            </span>
            <SegmentedControl
              size="xs"
              aria-label={es.home.visitsRange}
              value={String(days)}
              onChange={(value) => onDays(RANGES.find((range) => String(range) === value) ?? 0)}
              data={RANGES.map((range) => ({ value: String(range), label: es.home.ranges[range] }))}
            />
          </div>
          <div className={classes.foot}>
            {card.next ? (
              <span>
                {es.home.nextVisit} <b>{times.moment(card.next.starts_at)}</b> · {card.next.customer_name}
              </span>
            ) : (
              <span>{es.home.noVisits}</span>
            )}
          </div>
        </>
      ) : (
        <Missing why={missing} />
      )}
    </Kpi>
  );
}

export function AiKpi({ card, missing }: Card<"ai">) {
  return (
    <Kpi icon={Sparkles} label={es.home.ai}>
      {card ? (
        <>
          <div className={classes.row}>
            <span className={classes.figure}>{formatCount(card.total_30d)}</span>
            <Sparkline values={card.by_day} label={es.home.aiTrend} />
          </div>
          <div className={classes.foot}>
            <span>{es.home.aiHint}</span>
          </div>
        </>
      ) : (
        <Missing why={missing} />
      )}
    </Kpi>
  );
}
