import { ActionIcon, Loader } from "@mantine/core";
import { FileText, X } from "lucide-react";
import { es } from "../../i18n/es";
import { formatBytes } from "../../lib/numbers";
import classes from "./AttachmentStrip.module.css";
import type { Attachment } from "./useAttachments";

interface AttachmentStripProps {
  items: readonly Attachment[];
  onRemove: (id: string) => void;
}

/** What will be sent with the message, with its upload. */
export function AttachmentStrip({ items, onRemove }: AttachmentStripProps) {
  if (items.length === 0) return null;
  return (
    <ul className={classes.strip}>
      {items.map((item) => (
        <li key={item.id} className={classes.item} data-failed={item.state === "failed" || undefined}>
          {item.previewUrl ? (
            <img src={item.previewUrl} alt="" className={classes.thumb} />
          ) : (
            <span className={classes.thumb}>
              <FileText size={18} aria-hidden="true" />
            </span>
          )}
          <span className={classes.words}>
            <b>{item.name}</b>
            <span role={item.state === "failed" ? "alert" : undefined}>
              {item.state === "failed" ? `${es.chat.composer.uploadFailed}: ${item.error}` : formatBytes(item.size)}
            </span>
          </span>
          {item.state === "uploading" && <Loader size={14} role="status" aria-label={es.chat.composer.uploading} />}
          <ActionIcon size={24} aria-label={es.chat.composer.remove(item.name)} onClick={() => onRemove(item.id)}>
            <X size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}
