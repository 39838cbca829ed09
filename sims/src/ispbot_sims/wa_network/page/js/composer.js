// Where the customer writes and attaches.
import { upload } from "./api.js";
import { ask, h, icon, openMenu, toast } from "./dom.js";
import { preview } from "./format.js";
import { sampleReceipt } from "./receipt.js";
import { recordVoice } from "./voice.js";

const PLACES = [
  ["-31.4167,-64.1833", "Centro"],
  ["-31.3550,-64.2370", "Zona Norte"],
  ["-31.4575,-64.2140", "Villa Elisa"],
  ["-31.3920,-64.1960", "Barrio San Martín"],
  ["-31.8000,-64.6000", "Fuera de cobertura"],
  ["", "Otro lugar (escribir abajo)"],
];
const TYPING_EVERY_MS = 4000;

export class Composer {
  constructor({ send, typing }) {
    this.sendBody = send;
    this.typing = typing;
    this.context = h("div", { class: "context", hidden: true });
    this.input = h("textarea", { rows: "1", placeholder: "Escribí un mensaje", "aria-label": "Mensaje", "data-testid": "phone-input",
      onkeydown: (event) => this.onKey(event), oninput: () => this.onInput() });
    this.files = {
      image: this.fileInput("image/*,video/*", "attach-image-input", (file) => this.sendFile(file)),
      document: this.fileInput("", "attach-document-input", (file) => this.sendFile(file, "document")),
    };
    const attach = h("button", { class: "icon-button", type: "button", "aria-label": "Adjuntar", "aria-haspopup": "menu",
      "data-testid": "attach", onclick: () => openMenu(this.bar, attach, "attach", this.attachItems()) }, icon("attach"));
    const submit = h("button", { class: "icon-button send", type: "submit", "aria-label": "Enviar", "data-testid": "phone-send" }, icon("send"));
    this.bar = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      attach, this.input, submit, Object.values(this.files));
    this.element = h("div", {}, this.context, this.bar);
  }

  focus() { this.input.focus(); }

  enable(enabled) { this.bar.querySelectorAll("button, textarea").forEach((control) => { control.disabled = !enabled; }); }

  clear() {
    this.input.value = "";
    this.setContext(null);
    this.grow();
  }

  reply(message) { this.setContext({ quoted: message.id, label: `Respondés a: ${preview(message.content)}` }); }

  edit(message) {
    this.setContext({ editing: message.id, label: "Editás tu mensaje" });
    this.input.value = message.content.text;
    this.grow();
  }

  setContext(about) {
    this.about = about;
    this.context.hidden = !about;
    this.context.replaceChildren(...(about ? [h("span", { class: "what" }, about.label),
      h("button", { class: "icon-button", type: "button", "aria-label": "Cancelar", onclick: () => this.clear() }, icon("close"))] : []));
    if (about) this.focus();
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.about) {
      this.clear();
    }
  }

  onInput() {
    this.grow();
    if (!this.input.value) return this.stopTyping();
    if (!this.lastTyping || Date.now() - this.lastTyping > TYPING_EVERY_MS) {
      this.lastTyping = Date.now();
      this.typing("composing");
    }
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopTyping(), TYPING_EVERY_MS + 1000);
  }

  stopTyping() {
    clearTimeout(this.typingTimer);
    if (this.lastTyping) this.typing("paused");
    this.lastTyping = null;
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 130)}px`;
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const about = this.about;
    this.clear();
    this.stopTyping();
    const body = about?.editing ? { content: { kind: "edit", target_id: about.editing, text } } : { text, quoted_id: about?.quoted };
    await this.sendBody(body).catch(() => { this.input.value = text; });
    this.focus();
  }

  attachItems() {
    return [
      ["image", "Foto o video", () => this.files.image.click(), { testid: "attach-image" }],
      ["doc", "Documento", () => this.files.document.click(), { testid: "attach-document" }],
      ["receipt", "Comprobante de ejemplo", () => this.sendReceipt(), { testid: "attach-receipt" }],
      ["mic", "Nota de voz", () => this.sendVoice(), { testid: "attach-voice" }],
      ["pin", "Ubicación", () => this.sendLocation(), { testid: "attach-location" }],
      ["person", "Contacto", () => this.sendContact(), { testid: "attach-contact" }],
    ];
  }

  fileInput(accept, testid, onFile) {
    return h("input", { type: "file", accept, hidden: true, tabindex: "-1", "aria-hidden": "true", "data-testid": testid,
      onchange: (event) => { const [file] = event.target.files; event.target.value = ""; if (file) onFile(file); } });
  }

  async sendFile(file, kind, fields = {}) {
    const media = await upload(file).catch((error) => toast(`No se pudo subir: ${error.message}`));
    if (!media) return;
    const family = file.type.split("/")[0];
    const known = ["image", "video", "audio"].includes(family) ? family : "document";
    const caption = this.input.value.trim() || undefined;
    this.clear();
    await this.sendBody({ content: { kind: kind ?? known, media, caption, file_name: file.name, ...fields } });
  }

  async sendReceipt() {
    const answer = await ask("Comprobante de ejemplo", [
      { name: "amount", label: "Importe", value: "18500", type: "number", testid: "receipt-amount" },
      { name: "payee", label: "Destinatario", value: "Red Sur Internet" },
    ]);
    if (answer) await this.sendFile(await sampleReceipt(Number(answer.amount), answer.payee));
  }

  async sendVoice() {
    const note = await recordVoice();
    if (note) await this.sendFile(note.file, "audio", { ptt: true, seconds: note.seconds });
  }

  async sendLocation() {
    let manual;
    const answer = await ask("Enviar ubicación", [
      { name: "place", label: "Lugar", options: PLACES, testid: "location-place",
        onbuilt: (select) => select.addEventListener("change", () => { if (select.value) manual.value = select.value; else manual.select(); }) },
      { name: "point", label: "Latitud, longitud", value: PLACES[0][0], testid: "location-point", onbuilt: (input) => { manual = input; } },
    ]);
    if (!answer) return;
    const [latitude, longitude] = answer.point.split(/[,;\s]+/).map(Number);
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return toast("Escribí latitud y longitud, por ejemplo -31.42, -64.18");
    await this.sendBody({ content: { kind: "location", latitude, longitude } });
  }

  async sendContact() {
    const answer = await ask("Enviar contacto", [
      { name: "name", label: "Nombre", value: "Juan Vecino" },
      { name: "phone", label: "Teléfono", value: "+54 9 351 555-7788", type: "tel" },
    ]);
    if (!answer) return;
    const vcard = `BEGIN:VCARD\nVERSION:3.0\nFN:${answer.name}\nTEL;type=CELL:${answer.phone}\nEND:VCARD`;
    await this.sendBody({ content: { kind: "contacts", cards: [{ display_name: answer.name, vcard }] } });
  }
}
