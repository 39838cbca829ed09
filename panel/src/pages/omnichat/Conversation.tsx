import { useHotkeys } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleSlash } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import { isForbidden, isNotFound } from "../../api/errors";
import { messagesQuery, ticketQuery } from "../../api/queries";
import type { MessageView } from "../../api/types";
import { Failure, Message, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { toastError } from "../../lib/toasts";
import { applyTicket } from "../../live/apply";
import { useTyping } from "../../live/liveState";
import { flattenMessages } from "../../live/merge";
import { useSession } from "../../session/useSession";
import { ClosedBar, HeldBar, TakeBar } from "./BottomBars";
import { CloseDialog } from "./CloseDialog";
import { Composer, type ComposerHandle } from "./Composer";
import classes from "./Conversation.module.css";
import { ConversationHead } from "./ConversationHead";
import { MessageList } from "./MessageList";
import { nameOf } from "./QueueRow";
import { standing } from "./standing";
import { TransferDialog } from "./TransferDialog";

interface ConversationProps {
  ticketId: string;
  sideOpen: boolean;
  onToggleSide: () => void;
  onBack: () => void;
  onTaken: () => void;
}

type Dialog = "transfer" | "close" | null;

/** One ticket's conversation and what can be done with it. */
export function Conversation({ ticketId, sideOpen, onToggleSide, onBack, onTaken }: ConversationProps) {
  const session = useSession();
  const client = useQueryClient();
  const ticket = useQuery(ticketQuery(ticketId));
  const messages = useInfiniteQuery(messagesQuery(ticketId));
  const [dialog, setDialog] = useState<Dialog>(null);
  const [replyTo, setReplyTo] = useState<MessageView | null>(null);
  const composer = useRef<ComposerHandle>(null);

  const row = ticket.data?.ticket;
  const stand = row ? standing(row, session) : null;
  const typing = useTyping(row?.contact_id ?? "");
  const take = api.useMutation("post", "/api/tickets/{ticket_id}/take", {
    onSuccess: (taken) => {
      applyTicket(client, taken, session.user.id);
      onTaken();
    },
    onError: (error) => {
      toastError(error);
      void ticket.refetch();
    },
  });
  const seen = api.useMutation("post", "/api/tickets/{ticket_id}/seen", {
    onSuccess: (read) => applyTicket(client, read, session.user.id),
  });

  const mayTake = stand === "pending" && !take.isPending;
  const mayAct = stand === "mine" || stand === "override";
  const path = { params: { path: { ticket_id: ticketId } } };
  useHotkeys([
    ["t", () => mayTake && take.mutate(path)],
    ["r", () => composer.current?.focus()],
    ["x", () => stand !== "closed" && stand !== "held" && setDialog("transfer")],
    ["c", () => mayAct && setDialog("close")],
  ]);

  const unread = stand === "mine" ? (row?.unread ?? 0) : 0;
  const markSeen = seen.mutate;
  useEffect(() => {
    if (unread === 0) return undefined;
    const read = () => {
      if (document.visibilityState === "visible") markSeen({ params: { path: { ticket_id: ticketId } } });
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [unread, ticketId, markSeen]);

  if (ticket.isError) {
    return (
      <section className={classes.pane} aria-label={es.chat.messages}>
        {isNotFound(ticket.error) || isForbidden(ticket.error) ? (
          <Message icon={CircleSlash} title={es.chat.ghost}>
            {es.chat.ghostHint}
          </Message>
        ) : (
          <Failure error={ticket.error} onRetry={() => void ticket.refetch()} />
        )}
      </section>
    );
  }
  if (!row || !ticket.data || !stand) {
    return (
      <section className={classes.pane} aria-label={es.chat.messages}>
        <Waiting />
      </section>
    );
  }

  const name = nameOf(row);
  return (
    <section className={classes.pane} aria-label={es.chat.conversation(name)}>
      <ConversationHead
        row={row}
        stand={stand}
        sideOpen={sideOpen}
        onBack={onBack}
        onToggleSide={onToggleSide}
        onTransfer={() => setDialog("transfer")}
        onClose={() => setDialog("close")}
      />
      {messages.isPending && <Waiting />}
      {messages.isError && <Failure error={messages.error} onRetry={() => void messages.refetch()} />}
      {messages.data && (
        <MessageList
          ticket={row}
          lines={flattenMessages(messages.data.pages)}
          hasOlder={messages.hasNextPage}
          loadingOlder={messages.isFetchingNextPage}
          onOlder={() => void messages.fetchNextPage()}
          {...(mayAct && { onReply: setReplyTo })}
        />
      )}
      <p className={classes.typing} role="status">
        {typing && typing.agent?.id !== session.user.id && es.chat.typing(typing.agent?.name ?? name)}
      </p>
      {stand === "pending" && <TakeBar busy={take.isPending} onTake={() => take.mutate(path)} />}
      {stand === "held" && <HeldBar agent={row.assignee?.name ?? ""} />}
      {stand === "closed" && <ClosedBar detail={ticket.data} />}
      {mayAct && (
        <Composer
          ref={composer}
          ticket={row}
          name={name}
          warning={stand === "override" ? es.chat.heldOverride(row.assignee?.name ?? "") : null}
          replyTo={replyTo}
          onReplyDone={() => setReplyTo(null)}
        />
      )}
      <TransferDialog ticket={row} opened={dialog === "transfer"} onClose={() => setDialog(null)} />
      <CloseDialog ticket={row} opened={dialog === "close"} onClose={() => setDialog(null)} />
    </section>
  );
}
