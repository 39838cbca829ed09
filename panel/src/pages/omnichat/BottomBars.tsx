import { Button } from "@mantine/core";
import { Hand } from "lucide-react";
import type { TicketDetail } from "../../api/types";
import { es } from "../../i18n/es";
import { useTimes } from "../../session/useSession";
import classes from "./Conversation.module.css";

/** A waiting ticket has no composer: first somebody takes it. */
export function TakeBar({ busy, onTake }: { busy: boolean; onTake: () => void }) {
  return (
    <div className={classes.bar}>
      <p>
        <strong>{es.chat.takeText[0]}</strong> {es.chat.takeText[1]}
      </p>
      <Button size="md" loading={busy} onClick={onTake} leftSection={<Hand size={16} />}>
        {es.chat.take}
      </Button>
    </div>
  );
}

export function HeldBar({ agent }: { agent: string }) {
  const [who, what] = es.chat.heldBy(agent);
  return (
    <div className={classes.bar}>
      <p>
        <strong>{who}</strong> {what}
      </p>
    </div>
  );
}

export function ClosedBar({ detail }: { detail: TicketDetail }) {
  const times = useTimes();
  const who = [detail.closed_by?.name, detail.closed_at && times.moment(detail.closed_at)].filter(Boolean).join(", ");
  return (
    <div className={classes.bar}>
      <p>
        <strong>{es.chat.closedText[0]}</strong> {es.chat.closedText[1]} {who && `(${who})`}
        {detail.close_comment && (
          <>
            <br />«{detail.close_comment}»
          </>
        )}
      </p>
    </div>
  );
}
