// The estados that this customer sees.
import { get, post } from "./api.js";
import { h, show, toast } from "./dom.js";
import { time } from "./format.js";

const colour = (argb) => `#${(argb & 0xffffff).toString(16).padStart(6, "0")}`;

function face(status, tag, attributes = {}) {
  const { content } = status;
  const element = h(tag, { ...attributes, class: `estado f${content.font ?? 0}` },
    content.kind === "image" ? h("img", { src: status.media_url, alt: content.caption ?? "Foto del estado" }) : null,
    content.kind === "video" ? h("video", { src: status.media_url, controls: true }) : null,
    content.text ?? content.caption ?? null);
  if (content.kind === "status_text") {
    element.style.backgroundColor = colour(content.background_argb);
    element.style.color = colour(content.text_argb);
  }
  return element;
}

export class Statuses {
  constructor(root) {
    this.root = root;
    this.visible = false;
  }

  show(visible) {
    this.visible = visible;
    if (visible) this.reload();
  }

  open(phone) {
    this.number = phone.number;
    if (this.visible) this.reload();
  }

  hear(event) { if (event.type === "status" && this.visible) this.reload(); }

  async reload() {
    const accounts = await get(`/api/phones/${this.number}/statuses`).catch((error) => { toast(error.message); return []; });
    const sections = accounts.filter((account) => account.statuses.length).map((account) => h("div", { class: "stack" },
      h("h3", {}, account.business_name || account.push_name),
      account.statuses.toReversed().map((status) => this.row(status))));
    this.root.replaceChildren(h("h2", {}, "Estados"),
      ...(sections.length ? sections : [h("p", { class: "muted", "data-testid": "no-statuses" }, "La empresa no publicó estados en las últimas 24 horas.")]));
  }

  row(status) {
    const seen = status.seen_by.includes(this.number);
    return h("div", { class: `estado-row${seen ? "" : " new"}`, "data-testid": "status" },
      face(status, "button", { type: "button", "aria-label": `Ver estado: ${status.content.text ?? status.content.caption ?? "imagen"}`, onclick: () => this.view(status) }),
      h("p", { class: "muted" }, h("span", {}, time(status.ts_ms)), h("span", {}, `${status.seen_by.length} ${status.seen_by.length === 1 ? "vista" : "vistas"}`)));
  }

  async view(status) {
    show("story-view", "Estado", face(status, "div"));
    await post(`/api/phones/${this.number}/statuses/${status.id}/seen`).catch((error) => toast(error.message));
    await this.reload();
  }
}
