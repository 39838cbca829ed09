import { ActionIcon, Loader, Tooltip } from "@mantine/core";
import { ArrowDown } from "lucide-react";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { MessageView, TicketRow } from "../../api/types";
import { es } from "../../i18n/es";
import { capitalise, type Times } from "../../lib/times";
import { useNow } from "../../lib/useNow";
import { useTimes } from "../../session/useSession";
import { Line } from "./Line";
import classes from "./MessageList.module.css";
import { OutgoingBubble } from "./OutgoingBubble";
import { useOutbox } from "./outbox";

interface MessageListProps {
  ticket: TicketRow;
  lines: readonly MessageView[];
  hasOlder: boolean;
  loadingOlder: boolean;
  onOlder: () => void;
  onReply?: (line: MessageView) => void;
}

const FAR_FROM_END_PX = 240;
const LOAD_BEFORE_TOP = "600px 0px 0px 0px";

/**
 * The conversation. The outer box is a reversed column with one child in reading order: the browser itself keeps the end
 * in view, and nothing jumps when older lines load above or a new one arrives while reading further up.
 */
export function MessageList({ ticket, lines, hasOlder, loadingOlder, onOlder, onReply }: MessageListProps) {
  const times = useTimes();
  const outer = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const confirmed = useMemo(() => new Set(lines.map((line) => line.client_id)), [lines]);
  const unsent = useOutbox().filter((item) => item.ticketId === ticket.id && !confirmed.has(item.clientId));

  // One's own words are always followed to the end.
  const written = unsent.length;
  const lastWritten = useRef(written);
  useEffect(() => {
    if (written > lastWritten.current) outer.current?.scrollTo({ top: 0 });
    lastWritten.current = written;
  }, [written]);

  const older = useEffectEvent(() => {
    if (hasOlder && !loadingOlder) onOlder();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a fresh observer reports again when the top is still in view
  useEffect(() => {
    if (!top.current) return undefined;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && older(), {
      root: outer.current,
      rootMargin: LOAD_BEFORE_TOP,
    });
    observer.observe(top.current);
    return () => observer.disconnect();
  }, [lines.length]);

  return (
    <div className={classes.frame}>
      <div
        ref={outer}
        className={classes.outer}
        role="log"
        aria-label={es.chat.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
        tabIndex={0}
        onScroll={(event) => setAway(-event.currentTarget.scrollTop > FAR_FROM_END_PX)}
      >
        <div className={classes.inner}>
          <div ref={top} className={classes.top}>
            {hasOlder ? (
              <Loader size="xs" type="dots" role="status" aria-label={es.chat.older} />
            ) : (
              <span>{lines.length === 0 ? es.chat.noMessages : es.chat.start}</span>
            )}
          </div>
          {lines.map((line, index) => (
            <LineWithDay
              key={line.id}
              line={line}
              before={lines[index - 1]}
              times={times}
              {...(onReply && { onReply })}
            />
          ))}
          {unsent.map((item) => (
            <OutgoingBubble key={item.clientId} item={item} ticket={ticket} />
          ))}
        </div>
      </div>
      {away && (
        <Tooltip label={es.chat.newMessages}>
          <ActionIcon
            className={classes.jump ?? ""}
            variant="default"
            radius="xl"
            size={38}
            aria-label={es.chat.newMessages}
            onClick={() => outer.current?.scrollTo({ top: 0, behavior: "smooth" })}
          >
            <ArrowDown size={18} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

interface LineWithDayProps {
  line: MessageView;
  before: MessageView | undefined;
  times: Times;
  onReply?: (line: MessageView) => void;
}

function LineWithDay({ line, before, times, onReply }: LineWithDayProps) {
  const newDay = !before || times.dayKey(before.at) !== times.dayKey(line.at);
  return (
    <>
      {newDay && <Day at={line.at} times={times} />}
      <Line line={line} joined={!newDay && sameVoice(before, line)} {...(onReply && { onReply })} />
    </>
  );
}

/** Lines of one author in a row stand closer and name the author once. */
function sameVoice(before: MessageView, line: MessageView): boolean {
  const spoken = before.kind !== "event" && before.kind !== "note" && line.kind !== "event" && line.kind !== "note";
  return (
    spoken &&
    before.direction === line.direction &&
    before.author.kind === line.author.kind &&
    before.author.id === line.author.id
  );
}

const DAY_MS = 24 * 60 * 60_000;

function Day({ at, times }: { at: string; times: Times }) {
  const now = useNow();
  const key = times.dayKey(at);
  const words =
    key === times.dayKey(new Date(now).toISOString())
      ? es.chat.today
      : key === times.dayKey(new Date(now - DAY_MS).toISOString())
        ? es.chat.yesterday
        : capitalise(times.longDay(at));
  return (
    <div className={classes.day}>
      <span>{words}</span>
    </div>
  );
}
