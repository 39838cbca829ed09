import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Reply } from "lucide-react";
import { memo } from "react";
import type { QueueView, TicketRow } from "../../api/types";
import { Initials } from "../../components/Initials";
import { es } from "../../i18n/es";
import { formatPhone } from "../../lib/phone";
import { plainText } from "../../lib/plainText";
import { elapsed } from "../../lib/times";
import { useNow } from "../../lib/useNow";
import { urgency } from "../../lib/waiting";
import { useSession } from "../../session/useSession";
import classes from "./QueueRow.module.css";

interface QueueRowProps {
  row: TicketRow;
  selected: boolean;
  view: QueueView;
  q: string;
}

/** Name of a customer, or the phone when nobody told the name. */
export function nameOf(row: Pick<TicketRow, "customer_name" | "phone">): string {
  if (row.customer_name && !/^\+?\d+$/.test(row.customer_name)) return row.customer_name;
  const phone = row.phone ?? row.customer_name;
  return phone ? formatPhone(phone) : es.chat.authors.customer;
}

export const QueueRow = memo(function QueueRow({ row, selected, view, q }: QueueRowProps) {
  const now = useNow();
  const { user } = useSession();
  const ours = row.preview_author !== null && row.preview_author.kind !== "customer";
  const name = nameOf(row);
  const unread = selected ? 0 : row.unread;
  const since = row.waiting_since ?? row.last_message_at ?? row.opened_at;
  const time = elapsed(since, now);
  return (
    <Link
      to="/omnichat/{-$ticketId}"
      params={{ ticketId: row.id }}
      search={{ vista: view, ...(q && { q }) }}
      className={classes.row}
      data-testid="queue-row"
      data-selected={selected || undefined}
      data-unread={unread > 0 || undefined}
      aria-current={selected ? "true" : undefined}
    >
      <Initials name={name} size={36} />
      <div className={classes.words}>
        <div className={classes.line}>
          <span className={classes.name}>{name}</span>
          <Tooltip label={es.chat.waiting(time)} disabled={row.waiting_since === null}>
            <time className={classes.wait} data-urgency={urgency(row.waiting_since, now)} dateTime={since}>
              {time}
            </time>
          </Tooltip>
        </div>
        <div className={classes.line}>
          <span className={classes.reason}>{row.summary ?? row.reason}</span>
          {unread > 0 && (
            <span className={classes.unread}>
              <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
              <span className="visually-hidden">{es.chat.unread(unread)}</span>
            </span>
          )}
        </div>
        <div className={classes.preview}>
          {ours && <Reply size={13} aria-label={es.chat.reply} className={classes.reply} />}
          {plainText(row.preview)}
        </div>
        <div className={classes.foot}>
          <span className={classes.area} data-area={row.area}>
            {es.chat.areas[row.area]}
          </span>
          {row.zone && <span>{row.zone}</span>}
          {row.assignee && <span>{row.assignee.id === user.id ? es.common.you : row.assignee.name}</span>}
        </div>
      </div>
    </Link>
  );
});
