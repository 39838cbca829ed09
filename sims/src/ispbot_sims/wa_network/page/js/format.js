// Times, names, sizes and WhatsApp's mark-up.
import { h } from "./dom.js";

const clock = new Intl.DateTimeFormat("es-AR", { hour: "2-digit", minute: "2-digit", hour12: false });
const dayName = new Intl.DateTimeFormat("es-AR", { weekday: "long", day: "numeric", month: "long" });

export const time = (ms) => clock.format(new Date(ms));

export function day(ms) {
  const date = new Date(ms);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / 86400000);
  return days === 0 ? "Hoy" : days === 1 ? "Ayer" : dayName.format(date);
}

export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

/** +54 9 351 555-0001 for an Argentine mobile, else +digits. */
export function phoneNumber(digits) {
  const match = /^549(\d{3})(\d{3})(\d{4})$/.exec(digits);
  return match ? `+54 9 ${match[1]} ${match[2]}-${match[3]}` : `+${digits}`;
}

export function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

const MARKS = /```([\s\S]+?)```|`([^`\n]+)`|\*(\S(?:[^*\n]*\S)?)\*|(?<![\p{L}\p{N}])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}])|~(\S(?:[^~\n]*\S)?)~|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/gu;

/** WhatsApp mark-up as nodes: *bold* _italic_ ~struck~ `mono`, and links. */
export function rich(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > from) nodes.push(text.slice(from, match.index));
    const [whole, block, code, bold, italic, struck, link] = match;
    if (block ?? code) nodes.push(h("code", {}, block ?? code));
    else if (bold) nodes.push(h("strong", {}, ...rich(bold)));
    else if (italic) nodes.push(h("em", {}, ...rich(italic)));
    else if (struck) nodes.push(h("s", {}, ...rich(struck)));
    else nodes.push(h("a", { href: link, target: "_blank", rel: "noreferrer noopener" }, link));
    from = match.index + whole.length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

/** A short line for a content: previews and quotes. */
export function preview(content) {
  const names = { image: "Foto", video: "Video", document: "Documento", sticker: "Sticker", location: "Ubicación",
    contacts: "Contacto", poll: "Encuesta", deleted: "Mensaje eliminado", unsupported: "Mensaje" };
  if (content.kind === "audio") return content.ptt ? "Nota de voz" : "Audio";
  return content.text ?? content.caption ?? content.file_name ?? names[content.kind] ?? "Mensaje";
}
