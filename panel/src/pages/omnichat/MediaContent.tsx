import { Loader } from "@mantine/core";
import { CircleAlert, Download, FileText } from "lucide-react";
import { useState } from "react";
import type { MediaView, MessageView } from "../../api/types";
import { es } from "../../i18n/es";
import { formatBytes } from "../../lib/numbers";
import { AudioPlayer } from "./AudioPlayer";
import { Lightbox } from "./Lightbox";
import classes from "./MediaContent.module.css";

type MediaKind = "image" | "video" | "audio" | "voice" | "document" | "sticker";

function kindOf(line: MessageView): MediaKind {
  switch (line.kind) {
    case "image":
    case "video":
    case "audio":
    case "voice":
    case "sticker":
      return line.kind;
    default:
      return "document";
  }
}

/** A file of the conversation: shown when it is here, announced while it downloads, explained when it can not come. */
export function MediaContent({ line, media }: { line: MessageView; media: MediaView }) {
  const kind = kindOf(line);
  const name = media.name ?? es.chat.media[kind];
  if (media.state === "failed") {
    return (
      <div className={classes.absent} data-failed>
        <CircleAlert size={18} aria-hidden="true" />
        <span>
          <b>
            {es.chat.media[kind]}: {es.chat.media.failed}
          </b>
          {media.reason && <span>{media.reason}</span>}
        </span>
      </div>
    );
  }
  if (media.state === "pending" || media.url === null) {
    return (
      <div className={classes.absent} role="status">
        <Loader size={16} />
        <span>
          <b>{es.chat.media[kind]}</b>
          <span>{es.chat.media.pending}</span>
        </span>
      </div>
    );
  }
  switch (kind) {
    case "image":
      return <Picture url={media.url} name={name} />;
    case "sticker":
      return <img className={classes.sticker} src={media.url} alt={es.chat.media.sticker} loading="lazy" />;
    case "video":
      // biome-ignore lint/a11y/useMediaCaption: customers' videos have no captions
      return <video className={classes.video} src={media.url} controls preload="metadata" aria-label={name} />;
    case "audio":
    case "voice":
      return <AudioPlayer url={media.url} seconds={media.seconds} label={es.chat.media[kind]} />;
    default:
      return <DocumentLink url={media.url} name={name} mime={media.mime} size={media.size} />;
  }
}

function Picture({ url, name }: { url: string; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={classes.picture}
        aria-label={es.chat.media.open(name)}
        onClick={() => setOpen(true)}
      >
        <img src={url} alt={name} loading="lazy" />
      </button>
      <Lightbox url={url} name={name} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface DocumentLinkProps {
  url: string;
  name: string;
  mime: string;
  size: number | null;
}

function DocumentLink({ url, name, mime, size }: DocumentLinkProps) {
  const type = name.includes(".") ? (name.split(".").at(-1) ?? "") : (mime.split("/")[1] ?? "");
  const details = [type.toUpperCase(), size === null ? null : formatBytes(size)].filter(Boolean).join(" · ");
  return (
    <a className={classes.document} href={url} download={name} title={es.chat.media.download(name)}>
      <span className={classes.file}>
        <FileText size={19} aria-hidden="true" />
      </span>
      <span className={classes.fileWords}>
        <b>{name}</b>
        <span>{details}</span>
      </span>
      <Download size={16} aria-hidden="true" />
    </a>
  );
}
