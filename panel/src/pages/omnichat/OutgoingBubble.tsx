import { Button } from "@mantine/core";
import { Clock3, Paperclip } from "lucide-react";
import type { TicketRow } from "../../api/types";
import { es } from "../../i18n/es";
import { Markup } from "../../lib/markup";
import { useTimes } from "../../session/useSession";
import classes from "./Line.module.css";
import type { Outgoing } from "./outbox";
import { useSend } from "./useSend";

/** A message that the server has not confirmed yet, or refused: then it can be tried again or thrown away. */
export function OutgoingBubble({ item, ticket }: { item: Outgoing; ticket: TicketRow }) {
  const times = useTimes();
  const send = useSend(ticket);
  const failed = item.state === "failed";
  return (
    <article className={classes.line} data-side="out" aria-label={es.common.you}>
      <div
        className={classes.bubble}
        data-testid="message-bubble"
        data-look={item.kind === "note" ? "note" : "agent"}
        data-failed={failed || undefined}
      >
        <p className={classes.text}>
          {item.fileName && (
            <>
              <Paperclip size={13} aria-hidden="true" /> {item.fileName}
              {item.text && "\n"}
            </>
          )}
          <Markup text={item.text} />
          <span className={classes.spacer} />
        </p>
        <span className={classes.time}>
          <time dateTime={item.atIso}>{times.clock(item.atIso)}</time>
          {!failed && <Clock3 size={14} role="img" aria-label={es.chat.sending} />}
        </span>
      </div>
      {failed && (
        <div className={classes.failure} role="alert">
          {es.chat.notSent} {item.error}
          <div>
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => send.retry(item.clientId)}>
              {es.chat.sendAgain}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => send.discard(item.clientId)}>
              {es.chat.discard}
            </Button>
          </div>
        </div>
      )}
    </article>
  );
}
