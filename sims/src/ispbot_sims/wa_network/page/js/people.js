// Whom the visitor can be: the demo's customers and any number.
import { get, post } from "./api.js";
import { ask, byId, h, toast } from "./dom.js";
import { initials, phoneNumber } from "./format.js";

const OTHER = "other";
const digitsOf = (text) => text.replace(/[\s()+-]/g, "");

export class People {
  constructor({ onChoose }) {
    this.onChoose = onChoose;
    this.phones = [];
    this.unread = new Map();
    this.list = byId("people-list");
    this.select = byId("phone-select");
    this.search = byId("people-search");
    this.search.addEventListener("input", () => this.reload());
    this.search.addEventListener("keydown", (event) => { if (event.key === "Enter") this.enter(); });
    this.select.addEventListener("change", () => (this.select.value === OTHER ? this.askNumber() : this.choose(this.select.value)));
  }

  async reload() {
    const text = this.search.value.trim();
    this.phones = await get(`/api/phones?search=${encodeURIComponent(/^[\d\s()+-]+$/.test(text) ? digitsOf(text) : text)}`);
    this.render();
  }

  enter() {
    const digits = digitsOf(this.search.value);
    if (/^\d{7,15}$/.test(digits)) this.choose(digits);
    else if (this.phones.length) this.choose(this.phones[0].number);
  }

  async askNumber() {
    const answer = await ask("Ser otro número", [
      { name: "number", label: "Número con código de país", type: "tel", value: "5493515559999", testid: "other-number" },
      { name: "name", label: "Nombre", required: false },
    ], "Usar");
    if (answer) await this.choose(digitsOf(answer.number), answer.name);
    else this.render();
  }

  /** Be that number; it comes to life if nobody had it. */
  async choose(number, name) {
    try {
      const phone = await post("/api/phones", name ? { number, name } : { number });
      if (!this.phones.some((one) => one.number === number)) this.phones.push(phone);
      this.current = phone;
      this.unread.delete(number);
      history.replaceState(null, "", `?phone=${number}`);
      this.render();
      await this.onChoose(phone);
    } catch (error) {
      toast(`No se puede usar ese número: ${error.message}`);
      this.render();
    }
  }

  hear(event) {
    if (event.type === "message" && !event.message.mine && event.phone !== this.current?.number) {
      this.unread.set(event.phone, (this.unread.get(event.phone) ?? 0) + 1);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.render(), 200);
    }
  }

  render() {
    const current = this.current?.number;
    this.list.replaceChildren(...this.phones.map((phone) => h("li", {},
      h("button", { class: "person", type: "button", "aria-current": String(phone.number === current), "data-testid": `person-${phone.number}`,
        onclick: () => this.choose(phone.number) },
        h("span", { class: "avatar", "aria-hidden": "true" }, initials(phone.name)),
        h("span", { class: "name" }, phone.name),
        this.unread.has(phone.number) ? h("span", { class: "unread", "aria-label": "sin leer" }, String(this.unread.get(phone.number))) : h("span"),
        h("span", { class: "story" }, phone.story || phoneNumber(phone.number))))));
    const known = this.current && !this.phones.some((phone) => phone.number === current) ? [this.current, ...this.phones] : this.phones;
    this.select.replaceChildren(
      ...known.map((phone) => h("option", { value: phone.number, selected: phone.number === current, title: phone.story }, phone.name)),
      h("option", { value: OTHER }, "Otro número…"));
  }
}
