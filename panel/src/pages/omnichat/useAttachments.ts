import { useEffect, useRef, useState } from "react";
import { http } from "../../api/client";
import { wordError } from "../../api/errors";
import { ulid } from "../../lib/ulid";

/** A file that the agent wants to send: uploaded at once, sent with the message. */
export interface Attachment {
  id: string;
  name: string;
  size: number;
  /** Local picture for the preview; null for other files. */
  previewUrl: string | null;
  state: "uploading" | "ready" | "failed";
  mediaId: string | null;
  error: string | null;
}

async function upload(file: File): Promise<string> {
  const { data } = await http.POST("/api/media", {
    // The generated type says "string" for a binary part; the form carries the file itself.
    body: { file: file.name },
    bodySerializer: () => {
      const form = new FormData();
      form.append("file", file, file.name);
      return form;
    },
  });
  if (!data) throw new Error("panel-api answered without a body");
  return data.media_id;
}

export function useAttachments() {
  const [items, setItems] = useState<readonly Attachment[]>([]);
  const previews = useRef(new Set<string>());
  useEffect(() => {
    const urls = previews.current;
    return () => {
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, []);

  const patch = (id: string, change: Partial<Attachment>) =>
    setItems((all) => all.map((item) => (item.id === id ? { ...item, ...change } : item)));

  const add = (files: Iterable<File>) => {
    for (const file of files) {
      const id = ulid();
      const previewUrl = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
      if (previewUrl) previews.current.add(previewUrl);
      const item: Attachment = {
        id,
        name: file.name,
        size: file.size,
        previewUrl,
        state: "uploading",
        mediaId: null,
        error: null,
      };
      setItems((all) => [...all, item]);
      upload(file).then(
        (mediaId) => patch(id, { state: "ready", mediaId }),
        (error: unknown) => patch(id, { state: "failed", error: wordError(error) }),
      );
    }
  };

  return {
    items,
    add,
    remove: (id: string) => setItems((all) => all.filter((item) => item.id !== id)),
    clear: () => setItems([]),
  };
}
