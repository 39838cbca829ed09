// One message as a bubble.
import { h, icon, show } from "./dom.js";
import { rich, size, time } from "./format.js";

const TICKS = {
  pending: ["clock", "En espera", ""],
  sent: ["tick", "Enviado", ""],
  delivered: ["ticks", "Entregado", ""],
  read: ["ticks", "Leído", "read"],
  played: ["ticks", "Escuchado", "read"],
};

const named = (url, name) => (name ? `${url}?name=${encodeURIComponent(name)}` : url);

function card(name, title, detail, link) {
  const body = [icon(name), h("span", {}, h("strong", {}, title), detail ? h("small", {}, detail) : null)];
  return link ? h("a", { class: "card", href: link, target: "_blank", rel: "noopener" }, body) : h("div", { class: "card" }, body);
}

function picture(message, className) {
  const alt = message.content.caption ?? "Foto";
  const open = () => show("lightbox", alt, h("img", { src: message.media_url, alt }));
  return h("button", { class: className, type: "button", "aria-label": `Ver ${alt}`, onclick: open },
    h("img", { src: message.media_url, alt }));
}

const KINDS = {
  text: () => [],
  image: (m) => [picture(m, "picture")],
  sticker: (m) => [picture(m, "picture sticker")],
  video: (m) => [h("video", { src: m.media_url, controls: true, preload: "metadata" })],
  audio: (m) => [h("audio", { src: m.media_url, controls: true, preload: "metadata", "aria-label": m.content.ptt ? "Nota de voz" : "Audio" })],
  document: (m) => [card("doc", m.content.file_name ?? "Documento", size(m.content.media.file_length), named(m.media_url, m.content.file_name))],
  location: (m) => [card("pin", m.content.name ?? "Ubicación", m.content.address ?? `${m.content.latitude.toFixed(5)}, ${m.content.longitude.toFixed(5)}`)],
  contacts: (m) => m.content.cards.map((c) => card("person", c.display_name, /TEL[^:]*:(.+)/.exec(c.vcard)?.[1])),
  poll: (m) => [h("strong", {}, m.content.question), h("ul", {}, m.content.options.map((o) => h("li", {}, `○ ${o}`)))],
  choice: () => [],
  deleted: () => [h("span", { class: "gone" }, "Se eliminó este mensaje")],
};

/** Build the bubble of a message; `onMenu(message, bubble, button)` opens its actions. */
export function bubble(message, { inGroup, quotedText, onMenu }) {
  const { content, mine } = message;
  const parts = (KINDS[content.kind] ?? (() => [h("span", { class: "gone" }, "Mensaje que este teléfono no muestra")]))(message);
  const words = content.text ?? content.caption;
  if (words) parts.push(h("div", { class: "text" }, rich(words)));
  const [tickIcon, tickLabel, tickClass] = TICKS[message.tick];
  const tick = mine ? h("span", { class: tickClass, "data-testid": "tick", "data-tick": message.tick }, icon(tickIcon, tickLabel)) : null;
  const more = h("button", { class: "icon-button more", type: "button", "aria-label": "Acciones del mensaje", "aria-haspopup": "menu",
    onclick: () => onMenu(message, element, more) }, icon("more"));
  const element = h(
    "article",
    { class: `bubble ${mine ? "out" : "in"}${message.reactions.length ? " reacted" : ""}`, "data-testid": mine ? "bubble-out" : "bubble-in",
      "data-id": message.id, "data-kind": content.kind },
    inGroup && !mine ? h("div", { class: "author" }, message.author.name) : null,
    message.quoted ? h("div", { class: "quote" }, rich(quotedText ?? message.quoted.text ?? "Mensaje")) : null,
    parts,
    h("div", { class: "foot" },
      message.bot_tag ? h("span", { class: "badge", title: "Marca de WhatsApp para cuentas automáticas" }, "IA") : null,
      message.edited ? "editado" : null,
      h("time", { datetime: new Date(message.ts_ms).toISOString() }, time(message.ts_ms)), tick),
    message.reactions.length ? h("div", { class: "reactions", "data-testid": "reactions" }, message.reactions.map((r) => r.emoji).join(" ")) : null,
    content.kind === "deleted" ? null : more,
  );
  return element;
}
