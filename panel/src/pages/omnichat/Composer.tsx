import { ActionIcon, Kbd, Textarea, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { MapPin, Paperclip, SendHorizontal, StickyNote, X } from "lucide-react";
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import type { MessageView, TicketRow } from "../../api/types";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { plainText } from "../../lib/plainText";
import { AttachmentStrip } from "./AttachmentStrip";
import classes from "./Composer.module.css";
import { draftOf, keepDraft } from "./drafts";
import { LocationDialog } from "./LocationDialog";
import { useAttachments } from "./useAttachments";
import { useSend } from "./useSend";
import { useTypingSignal } from "./useTypingSignal";

const MAX_TEXT = 4096;
/** WhatsApp's limit for the words under a file; longer ones go as a message of their own. */
const MAX_CAPTION = 1024;

export interface ComposerHandle {
  focus: () => void;
}

interface ComposerProps {
  ticket: TicketRow;
  name: string;
  /** Said above the field when the ticket is another agent's. */
  warning: string | null;
  replyTo: MessageView | null;
  onReplyDone: () => void;
  ref: Ref<ComposerHandle>;
}

export function Composer({ ticket, name, warning, replyTo, onReplyDone, ref }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => draftOf(ticket.id));
  const [note, setNote] = useState(false);
  const [dropping, setDropping] = useState(false);
  const [locationOpen, location] = useDisclosure();
  const files = useAttachments();
  const send = useSend(ticket);
  const typing = useTypingSignal(ticket.id);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));
  useEffect(() => {
    if (replyTo) field.current?.focus();
  }, [replyTo]);

  const write = (next: string) => {
    setText(next);
    keepDraft(ticket.id, next);
    if (!note && next) typing.typed();
  };
  const words = text.trim();
  const attached = note ? [] : files.items;
  const reason = whyNotNow();

  function whyNotNow(): string | null {
    if (attached.some((item) => item.state === "uploading")) return es.chat.composer.uploadingReason;
    if (attached.some((item) => item.state === "failed")) return es.chat.composer.failedReason;
    return words === "" && attached.length === 0 ? es.chat.composer.emptyReason : null;
  }

  function submit() {
    if (reason !== null) return;
    const quoted = replyTo ? { quoted_id: replyTo.id } : {};
    if (note) {
      send.note(words);
    } else {
      const captioned = attached.length > 0 && words.length <= MAX_CAPTION;
      if (words && !captioned) send.reply({ text: words, ...quoted }, { text: words });
      attached.forEach((item, index) => {
        const caption = captioned && index === 0 ? words : "";
        const content = {
          media_id: item.mediaId,
          ...(caption && { caption }),
          ...(index === 0 && captioned ? quoted : {}),
        };
        send.reply(content, { text: caption, fileName: item.name });
      });
      files.clear();
    }
    write("");
    typing.stopped();
    onReplyDone();
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    } else if (event.altKey && event.key.toLowerCase() === "n") {
      event.preventDefault();
      setNote(!note);
    } else if (event.key === "Escape") {
      if (replyTo) onReplyDone();
      else field.current?.blur();
    }
  }

  function attach(list: FileList | undefined | null): boolean {
    if (note || !list || list.length === 0) return false;
    files.add([...list]);
    return true;
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files can be dropped here; the button does the same
    <div
      className={classes.composer}
      data-note={note || undefined}
      data-dropping={dropping || undefined}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setDropping(!note);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setDropping(false);
        attach(event.dataTransfer.files);
      }}
    >
      {dropping && <div className={classes.drop}>{es.chat.composer.drop}</div>}
      {warning && <p className={classes.warning}>{warning}</p>}
      {replyTo && (
        <div className={classes.quote}>
          <span>
            <b>{es.chat.composer.replying(replyTo.direction === "in" ? name : es.chat.authors[replyTo.author.kind])}</b>
            <span>{plainText(replyTo.text) || es.chat.media.document}</span>
          </span>
          <ActionIcon aria-label={es.chat.composer.cancelReply} onClick={onReplyDone} size={26}>
            <X size={15} />
          </ActionIcon>
        </div>
      )}
      {!note && <AttachmentStrip items={files.items} onRemove={files.remove} />}
      <Textarea
        ref={field}
        variant="unstyled"
        aria-label={es.chat.composer.label}
        placeholder={note ? es.chat.composer.notePlaceholder : es.chat.composer.placeholder(name.split(" ")[0] ?? name)}
        classNames={{ input: classes.input ?? "" }}
        autosize
        minRows={1}
        maxRows={9}
        maxLength={MAX_TEXT}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={(event: ClipboardEvent) => attach(event.clipboardData.files) && event.preventDefault()}
      />
      <div className={classes.tools}>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={es.chat.composer.attach}
          onChange={(event) => {
            attach(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
        <Tooltip label={note ? es.chat.composer.noteNoFiles : es.chat.composer.attach}>
          <ActionIcon
            aria-label={es.chat.composer.attach}
            aria-disabled={note}
            onClick={() => !note && picker.current?.click()}
          >
            <Paperclip size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={note ? es.chat.composer.noteNoFiles : es.chat.composer.location}>
          <ActionIcon
            aria-label={es.chat.composer.location}
            aria-disabled={note}
            onClick={() => !note && location.open()}
          >
            <MapPin size={18} />
          </ActionIcon>
        </Tooltip>
        <button type="button" className={classes.noteToggle} aria-pressed={note} onClick={() => setNote(!note)}>
          <StickyNote size={16} aria-hidden="true" /> {es.chat.composer.note}
        </button>
        <span className={classes.hint}>
          <Kbd size="xs">Enter</Kbd> {es.chat.composer.enter}
        </span>
        <ReasonButton reason={reason} onClick={submit} rightSection={<SendHorizontal size={15} />}>
          {note ? es.chat.composer.saveNote : es.chat.composer.send}
        </ReasonButton>
      </div>
      <LocationDialog
        opened={locationOpen}
        onClose={location.close}
        onSend={(place) => send.reply({ location: place }, { text: place.name ?? es.chat.media.location })}
      />
    </div>
  );
}
