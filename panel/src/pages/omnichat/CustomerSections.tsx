import { Link } from "@tanstack/react-router";
import { ChevronRight, CirclePause, Construction, HelpCircle, type LucideIcon, Wifi, WifiOff } from "lucide-react";
import type { AccountPanel, ConnectionView, CustomerPanel } from "../../api/types";
import { Badge, type Tone } from "../../components/Badge";
import { es } from "../../i18n/es";
import { formatMoney, isZeroOrLess } from "../../lib/numbers";
import { calendarDate, monthName } from "../../lib/times";
import { useTimes } from "../../session/useSession";
import classes from "./CustomerSections.module.css";

const CONNECTION: Record<ConnectionView["state"], { tone: Tone; icon: LucideIcon }> = {
  online: { tone: "ok", icon: Wifi },
  offline: { tone: "bad", icon: WifiOff },
  suspended: { tone: "bad", icon: CirclePause },
  maintenance: { tone: "warn", icon: Construction },
  unknown: { tone: "plain", icon: HelpCircle },
};

export function ServiceSection({ account, zone }: { account: AccountPanel; zone: string | null }) {
  const { side } = es.chat;
  return (
    <section className={classes.section} aria-label={side.service}>
      <h3>{side.service}</h3>
      {account.connections.map((connection) => {
        const { tone, icon: Icon } = CONNECTION[connection.state];
        return (
          <div key={`${connection.plan} ${connection.node ?? ""}`} className={classes.connection} data-tone={tone}>
            <Icon size={18} aria-hidden="true" />
            <div>
              <b>{connection.label}</b>
              <span>
                {[connection.plan, connection.node && side.node(connection.node)].filter(Boolean).join(" · ")}
              </span>
            </div>
          </div>
        );
      })}
      <dl className={classes.facts}>
        <Fact name={side.number} value={account.number} />
        <Fact name={side.state} value={side.status[account.status]} />
        <Fact name={side.document} value={account.document} />
        <Fact name={side.address} value={account.address} />
        <Fact name={side.zone} value={zone} />
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const INVOICE_TONE: Record<AccountPanel["invoices"][number]["status"], Tone> = {
  unpaid: "warn",
  overdue: "bad",
  paid: "plain",
  void: "plain",
};

export function AccountSection({ account }: { account: AccountPanel }) {
  const { side } = es.chat;
  const owes = !isZeroOrLess(account.balance);
  return (
    <section className={classes.section} aria-label={side.account}>
      <h3>{side.account}</h3>
      <div className={classes.balance}>
        <div>
          <span>{side.balance}</span>
          <b>{formatMoney(account.balance)}</b>
        </div>
        {owes ? account.due_date && <DueBadge date={account.due_date} /> : <Badge tone="ok">{side.upToDate}</Badge>}
      </div>
      {account.invoices.length === 0 && <p className={classes.none}>{side.noInvoices}</p>}
      <ul className={classes.invoices}>
        {account.invoices.map((invoice) => (
          <li key={invoice.id}>
            <span>{invoice.due_on ? monthName(invoice.due_on) : invoice.number}</span>
            <span className="num">{formatMoney(invoice.total)}</span>
            <Badge tone={INVOICE_TONE[invoice.status]}>{side.invoice[invoice.status]}</Badge>
          </li>
        ))}
      </ul>
    </section>
  );
}

function DueBadge({ date }: { date: string }) {
  const times = useTimes();
  const overdue = date < times.dayKey(new Date().toISOString());
  const words = calendarDate(date);
  return (
    <Badge tone={overdue ? "bad" : "warn"}>{overdue ? es.chat.side.overdue(words) : es.chat.side.due(words)}</Badge>
  );
}

interface PreviousSectionProps {
  tickets: CustomerPanel["previous_tickets"];
  error: string | null;
}

export function PreviousSection({ tickets, error }: PreviousSectionProps) {
  const times = useTimes();
  return (
    <section className={classes.section} aria-label={es.chat.side.previous}>
      <h3>{es.chat.side.previous}</h3>
      {error && <p className={classes.none}>{error}</p>}
      {!error && tickets.length === 0 && <p className={classes.none}>{es.chat.side.noPrevious}</p>}
      <ul className={classes.previous}>
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <Link to="/omnichat/{-$ticketId}" params={{ ticketId: ticket.id }} search={(search) => search}>
              <span className={classes.reason}>{ticket.summary ?? ticket.reason}</span>
              <time dateTime={ticket.opened_at}>{times.shortDay(ticket.closed_at ?? ticket.opened_at)}</time>
              <ChevronRight size={14} aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
