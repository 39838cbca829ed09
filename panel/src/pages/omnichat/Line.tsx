import { ActionIcon, Tooltip } from "@mantine/core";
import { CircleSlash, Reply, StickyNote } from "lucide-react";
import { memo } from "react";
import type { MessageView } from "../../api/types";
import { es } from "../../i18n/es";
import { Markup } from "../../lib/markup";
import { useTimes } from "../../session/useSession";
import classes from "./Line.module.css";
import { LineContent } from "./LineContent";
import { Ticks } from "./Ticks";

interface LineProps {
  line: MessageView;
  /** Follows a line of the same author. */
  joined: boolean;
  onReply?: (line: MessageView) => void;
}

/** One line of a conversation: what happened, a note of the team, or a message. */
export const Line = memo(function Line({ line, joined, onReply }: LineProps) {
  if (line.kind === "event") return <EventLine line={line} />;
  if (line.kind === "note") return <NoteBubble line={line} />;
  return <Bubble line={line} joined={joined} {...(onReply && { onReply })} />;
});

function EventLine({ line }: { line: MessageView }) {
  const times = useTimes();
  return (
    <p className={classes.event}>
      {line.text} <time dateTime={line.at}>{times.clock(line.at)}</time>
    </p>
  );
}

function NoteBubble({ line }: { line: MessageView }) {
  const times = useTimes();
  return (
    <article className={classes.line} data-side="out" id={`line-${line.id}`}>
      <div className={classes.bubble} data-look="note" data-testid="message-bubble">
        <p className={classes.author}>
          <StickyNote size={13} aria-hidden="true" /> {es.chat.note(line.author.name ?? es.chat.authors.agent)}
        </p>
        <p className={classes.text}>
          <Markup text={line.text} />
          <span className={classes.spacer} />
        </p>
        <span className={classes.time}>
          <time dateTime={line.at}>{times.clock(line.at)}</time>
        </span>
      </div>
    </article>
  );
}

const authorOf = (line: MessageView): string =>
  line.author.kind === "agent" ? (line.author.name ?? es.chat.authors.agent) : es.chat.authors[line.author.kind];

function Bubble({ line, joined, onReply }: LineProps) {
  const times = useTimes();
  const out = line.direction === "out";
  const look = !out ? "in" : line.author.kind;
  const bare = line.kind === "sticker" && !line.deleted;
  return (
    <article
      className={classes.line}
      data-side={out ? "out" : "in"}
      data-joined={joined || undefined}
      id={`line-${line.id}`}
      aria-label={authorOf(line)}
    >
      <div
        className={classes.bubble}
        data-testid="message-bubble"
        data-look={bare ? "bare" : look}
        data-failed={line.status === "failed" || undefined}
      >
        {out && !joined && <p className={classes.author}>{authorOf(line)}</p>}
        {line.quoted && <Quoted quoted={line.quoted} />}
        {line.deleted ? (
          <p className={classes.gone}>
            <CircleSlash size={14} aria-hidden="true" /> {es.chat.deleted}
            <span className={classes.spacer} />
          </p>
        ) : (
          <LineContent line={line} />
        )}
        <span className={classes.time}>
          {line.edited && !line.deleted && <span>{es.chat.edited}</span>}
          <time dateTime={line.at}>{times.clock(line.at)}</time>
          {line.status && <Ticks status={line.status} />}
        </span>
        {line.reactions.length > 0 && (
          <span className={classes.reactions}>
            <span className="visually-hidden">{es.chat.reactions}</span>
            {line.reactions.join(" ")}
          </span>
        )}
      </div>
      {onReply && !line.deleted && line.status !== "failed" && (
        <Tooltip label={es.chat.composer.replyTo}>
          <ActionIcon
            className={classes.answer ?? ""}
            aria-label={es.chat.composer.replyTo}
            size={28}
            onClick={() => onReply(line)}
          >
            <Reply size={15} />
          </ActionIcon>
        </Tooltip>
      )}
      {line.status === "failed" && (
        <p className={classes.failure} role="note">
          {es.chat.notSent} {line.failure}
        </p>
      )}
    </article>
  );
}

function Quoted({ quoted }: { quoted: NonNullable<MessageView["quoted"]> }) {
  const who = quoted.author.kind === "agent" ? quoted.author.name : es.chat.authors[quoted.author.kind];
  const jump = () =>
    document.getElementById(`line-${quoted.id}`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  return (
    <button type="button" className={classes.quoted} onClick={jump}>
      <b>{who}</b>
      <span>{quoted.text}</span>
    </button>
  );
}
