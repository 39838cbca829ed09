import { ActionIcon, CopyButton, Select, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Check, Clock, Copy, RotateCw, Sparkles, X } from "lucide-react";
import { useState } from "react";
import { customerQuery, ticketQuery } from "../../api/queries";
import { Initials } from "../../components/Initials";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { formatPhone } from "../../lib/phone";
import { elapsedWords } from "../../lib/times";
import { useNow } from "../../lib/useNow";
import { AccountSection, PreviousSection, ServiceSection } from "./CustomerSections";
import classes from "./CustomerSide.module.css";
import { nameOf } from "./QueueRow";

interface CustomerSideProps {
  ticketId: string;
  /** Laid over the conversation, where there is no room beside it. */
  over: boolean;
  onClose: () => void;
}

/** Who the customer is, as the management system knows it. */
export function CustomerSide({ ticketId, over, onClose }: CustomerSideProps) {
  const [customerId, setCustomerId] = useState<string | null>(null);
  const ticket = useQuery(ticketQuery(ticketId)).data?.ticket;
  const customer = useQuery(customerQuery(ticketId, customerId));
  const now = useNow();
  useHotkeys([["Escape", () => over && onClose()]]);
  const panel = customer.data;
  const phone = panel?.phone ?? ticket?.phone ?? null;
  const name = panel?.account?.name ?? (ticket ? nameOf(ticket) : (panel?.customer_name ?? ""));

  return (
    <aside className={classes.side} data-over={over || undefined} aria-label={es.chat.side.label}>
      <header className={classes.head}>
        <Initials name={name} size={46} />
        <div className={classes.who}>
          <h2 className={classes.name}>{name}</h2>
          {phone && (
            <div className={classes.phone}>
              <span className="num">{formatPhone(phone)}</span>
              <CopyPhone phone={formatPhone(phone)} />
            </div>
          )}
        </div>
        <Tooltip label={es.chat.side.refresh}>
          <ActionIcon
            aria-label={es.chat.side.refresh}
            loading={customer.isFetching}
            onClick={() => void customer.refetch()}
          >
            <RotateCw size={16} />
          </ActionIcon>
        </Tooltip>
        {over && (
          <ActionIcon aria-label={es.chat.side.toggle(true)} onClick={onClose}>
            <X size={17} />
          </ActionIcon>
        )}
      </header>
      <div className={classes.scroll}>
        {ticket && (
          <section className={classes.summary}>
            <h3>
              <Sparkles size={14} aria-hidden="true" /> {ticket.summary ? es.chat.side.summary : es.chat.side.reason}
            </h3>
            <p>{ticket.summary ?? ticket.reason}</p>
          </section>
        )}
        {customer.isPending && <Waiting />}
        {customer.isError && <Failure error={customer.error} onRetry={() => void customer.refetch()} />}
        {panel && (
          <>
            {panel.stale && panel.as_of && (
              <p className={classes.stale} role="status">
                <Clock size={14} aria-hidden="true" /> {es.chat.side.stale(elapsedWords(panel.as_of, now))}
              </p>
            )}
            {panel.accounts.length > 1 && (
              <Select
                className={classes.switcher ?? ""}
                label={es.chat.side.contract}
                allowDeselect={false}
                value={panel.account?.customer_id ?? null}
                onChange={setCustomerId}
                data={panel.accounts.map((account) => ({
                  value: account.customer_id,
                  label: `${account.number} · ${account.address ?? account.name}`,
                }))}
              />
            )}
            {panel.account ? (
              <>
                <ServiceSection account={panel.account} zone={ticket?.zone ?? null} />
                <AccountSection account={panel.account} />
              </>
            ) : (
              <p className={classes.unknown}>{panel.error ?? es.chat.side.unknown}</p>
            )}
            <PreviousSection tickets={panel.previous_tickets} error={panel.previous_tickets_error} />
          </>
        )}
      </div>
    </aside>
  );
}

function CopyPhone({ phone }: { phone: string }) {
  return (
    <CopyButton value={phone}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? es.common.copied : es.chat.side.copyPhone}>
          <ActionIcon size={24} aria-label={es.chat.side.copyPhone} onClick={copy}>
            {copied ? <Check size={14} /> : <Copy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
