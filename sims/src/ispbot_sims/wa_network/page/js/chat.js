// The conversation screen: header, messages, composer.
import { get, post } from "./api.js";
import { bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { closeMenu, h, icon, openMenu, toast } from "./dom.js";
import { day, initials, preview } from "./format.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "🙏", "👎"];
const EDITABLE_MS = 20 * 60 * 1000;

export class Chat {
  constructor(root, { onSettings }) {
    this.number = null;
    this.to = null;
    this.chats = [];
    this.messages = new Map();
    this.visible = true;
    this.name = h("strong", {});
    this.state = h("span", {});
    this.avatar = h("span", { class: "avatar", "aria-hidden": "true" });
    this.chips = h("div", { class: "chips", hidden: true });
    this.list = h("div", { class: "messages", "data-testid": "chat-messages", role: "log", "aria-label": "Mensajes", tabindex: "0" });
    this.pinned = true;
    this.list.addEventListener("scroll", () => { this.pinned = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120; });
    for (const event of ["load", "loadedmetadata"]) this.list.addEventListener(event, () => this.pinned && this.toEnd(), true);
    const more = h("button", { class: "icon-button", type: "button", "aria-label": "Opciones del teléfono", "aria-haspopup": "menu",
      "data-testid": "phone-menu", onclick: () => openMenu(this.head, more, "head", onSettings()) }, icon("more"));
    this.head = h("header", { class: "chat-head" }, this.avatar, h("div", { class: "who" }, this.name, this.state), more);
    this.composer = new Composer({
      send: (body) => this.send(body),
      typing: (state) => post(`/api/phones/${this.number}/typing`, { state, to: this.to }).catch(() => {}),
    });
    root.append(this.head, this.chips, this.list, this.composer.element);
  }

  /** Be another customer. */
  async open(phone) {
    this.phone = phone;
    this.number = phone.number;
    this.to = null;
    this.composer.clear();
    await this.reload();
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
  }

  /** Read everything again: a new customer, or a connection that came back. */
  async reload() {
    const number = this.number;
    const chats = await get(`/api/phones/${number}/chats`);
    if (number !== this.number) return;
    this.chats = chats;
    if (!chats.some((chat) => chat.to === this.to)) this.to = chats[0]?.to ?? null;
    if (this.to === null) return this.renderHead();
    const messages = await get(`/api/phones/${number}/chat?to=${encodeURIComponent(this.to)}`);
    if (number !== this.number) return;
    this.messages = new Map(messages.map((message) => [message.id, message]));
    this.renderHead();
    this.renderAll();
    this.markRead();
  }

  get inGroup() { return this.to?.endsWith("@g.us") ?? false; }

  async send(body) {
    try {
      await post(`/api/phones/${this.number}/messages`, { to: this.to, ...body });
    } catch (error) {
      toast(`No se pudo enviar: ${error.message}`);
      throw error;
    }
  }

  // --- events of the stream

  hear(event) {
    if (event.phone !== this.number) return;
    if (event.type === "message" || event.type === "changed") this.put(event.message);
    else if (event.type === "receipt" && this.messages.has(event.id)) this.put({ ...this.messages.get(event.id), tick: event.tick });
    else if (event.type === "typing" && event.account === this.to) this.showTyping(event.state === "composing", event.media);
    else if (event.type === "group") this.reload();
  }

  put(message) {
    const here = this.inGroup ? message.chat === this.to : message.chat === `${this.to}|${this.number}`;
    if (!here) return;
    const known = this.messages.has(message.id);
    this.messages.set(message.id, message);
    if (known) {
      this.find(message.id)?.replaceWith(this.build(message));
      return;
    }
    this.list.querySelector(".empty")?.remove();
    this.append(message);
    if (message.mine || this.pinned) this.toEnd();
    if (!message.mine) {
      this.showTyping(false);
      this.markRead();
    }
  }

  showTyping(typing, media = "text") {
    clearTimeout(this.typingTimer);
    this.typing = typing ? (media === "audio" ? "grabando audio…" : "escribiendo…") : null;
    if (typing) this.typingTimer = setTimeout(() => this.showTyping(false), 25000);
    this.renderHead();
  }

  markRead() {
    const unread = [...this.messages.values()].some((message) => !message.mine && !message.read_ms);
    if (!unread || !this.visible || document.hidden || !this.phone.online) return;
    for (const message of this.messages.values()) if (!message.mine) message.read_ms ??= Date.now();
    post(`/api/phones/${this.number}/read`, { to: this.to }).catch((error) => toast(error.message));
  }

  // --- drawing

  renderHead() {
    const chat = this.chats.find((one) => one.to === this.to);
    this.name.textContent = chat?.name ?? "Sin empresa";
    this.avatar.textContent = initials(chat?.name ?? "?");
    this.state.textContent = this.phone.online ? (this.typing ?? (this.inGroup ? "grupo" : "cuenta de empresa")) : "modo avión";
    this.state.className = this.typing ? "active" : "";
    this.state.dataset.testid = "chat-state";
    this.chips.hidden = this.chats.length < 2;
    this.chips.replaceChildren(...this.chats.map((one) => h("button", { type: "button", "aria-pressed": String(one.to === this.to),
      onclick: () => { this.to = one.to; this.reload(); } }, one.name)));
    this.composer.enable(this.to !== null);
  }

  renderAll() {
    this.list.replaceChildren();
    this.lastDay = null;
    if (!this.messages.size) {
      this.list.append(h("p", { class: "empty" }, "Todavía no hay mensajes. Probá con «hola»."));
    }
    for (const message of this.messages.values()) this.append(message);
    this.toEnd();
  }

  append(message) {
    const name = day(message.ts_ms);
    if (name !== this.lastDay) this.list.append(h("div", { class: "day" }, name));
    this.lastDay = name;
    this.list.append(this.build(message));
  }

  build(message) {
    const quoted = message.quoted ? this.messages.get(message.quoted.message_id) : null;
    return bubble(message, {
      inGroup: this.inGroup,
      quotedText: quoted ? preview(quoted.content) : null,
      onMenu: (...args) => this.openActions(...args),
    });
  }

  find(id) { return this.list.querySelector(`[data-id="${CSS.escape(id)}"]`); }

  toEnd() {
    this.pinned = true;
    this.list.scrollTop = this.list.scrollHeight;
  }

  openActions(message, host, button) {
    const own = message.mine && message.content.kind !== "deleted";
    const act = (content) => this.send({ content });
    const items = [["reply", "Responder", () => this.composer.reply(message), { testid: "action-reply" }]];
    if (own && message.content.kind === "text" && Date.now() - message.ts_ms < EDITABLE_MS) {
      items.push([null, "Editar", () => this.composer.edit(message), { testid: "action-edit" }]);
    }
    if (own) items.push([null, "Eliminar para todos", () => act({ kind: "revoke", target_id: message.id }), { testid: "action-delete" }]);
    const mineNow = message.reactions.find((reaction) => reaction.number === this.number)?.emoji;
    const emojis = h("div", { class: "emojis" }, EMOJIS.map((emoji) => h("button", { type: "button", role: "menuitem",
      "aria-label": `Reaccionar con ${emoji}`, "data-testid": `react-${emoji}`,
      onclick: () => { closeMenu(); act({ kind: "reaction", target_id: message.id, emoji: emoji === mineNow ? "" : emoji }); } }, emoji)));
    const low = host.getBoundingClientRect().top > this.list.getBoundingClientRect().top + this.list.clientHeight / 2;
    openMenu(host, button, `message${low ? " up" : ""}`, items, emojis).scrollIntoView({ block: "nearest" });
  }
}
