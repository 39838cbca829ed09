// The company's own phone: scan the QR, type a code, linked devices.
import { api, get, post } from "./api.js";
import { ask, h, toast } from "./dom.js";
import { phoneNumber } from "./format.js";

export class Owner {
  constructor(root) {
    this.root = root;
    this.waiting = [];
    this.accounts = [];
    this.visible = false;
    this.news = 0; // what was asked or heard of the pairing, counted: an answer overtaken by newer news is old
    setInterval(() => this.tick(), 500);
  }

  async reload() {
    const asked = ++this.news;
    const [accounts, waiting] = await Promise.all([get("/api/accounts"), get("/api/pairing")]);
    this.accounts = accounts;
    if (asked === this.news) this.waiting = waiting;
    this.render();
  }

  hear(event) {
    if (event.type === "pairing") {
      this.news += 1;
      this.waiting = event.waiting;
      if (this.visible) this.render();
    } else if (event.type === "devices" && this.visible) {
      this.reload();
    }
  }

  show(visible) {
    this.visible = visible;
    if (visible) this.reload();
  }

  get account() { return this.accounts.find((one) => one.number === this.chosen) ?? this.accounts[0]; }

  async link(path, body) {
    try {
      await post(path, { number: this.account?.number ?? "5493515550100", name: this.account?.push_name, ...body });
      toast("Dispositivo vinculado");
    } catch (error) {
      toast(error.code === 410 ? "Ese código ya venció. Esperá el próximo." : `No se pudo vincular: ${error.message}`);
    }
    await this.reload();
  }

  tick() {
    const left = this.root.querySelector("[data-expires]");
    if (left) left.textContent = `vence en ${Math.max(0, Math.ceil((Number(left.dataset.expires) - Date.now()) / 1000))} s`;
  }

  render() {
    const typed = this.root.querySelector(".code")?.value ?? "";
    const { account } = this;
    const device = this.waiting.at(-1);
    const scan = (business) => this.link("/api/scan", { business, qr: device?.qr });
    this.root.replaceChildren(
      h("div", {}, h("h2", {}, "Teléfono de la empresa"),
        account ? h("p", { class: "muted", "data-testid": "owner-account" },
          `${account.business_name || account.push_name} · ${phoneNumber(account.number)} · ${account.business ? "WhatsApp Business" : "cuenta común"}`) : null),
      this.chooser(),
      account?.banned_until_ms ? h("p", { class: "notice" }, `Cuenta suspendida hasta las ${new Date(account.banned_until_ms).toLocaleTimeString("es-AR")}`) : "",
      this.qr(device),
      h("div", { class: "stack" },
        h("button", { class: "button primary", "data-testid": "scan-qr-business", disabled: !device, onclick: () => scan(true) }, "Escanear (cuenta Business)"),
        h("button", { class: "button", "data-testid": "scan-qr-regular", disabled: !device, onclick: () => scan(false) }, "Escanear (cuenta común)")),
      this.codeForm(typed, device),
      h("div", {}, h("h3", {}, "Dispositivos vinculados"), this.devices(account)),
    );
    this.tick();
  }

  chooser() {
    if (this.accounts.length < 2) return "";
    return h("select", { class: "input", "aria-label": "Cuenta", onchange: (event) => { this.chosen = event.target.value; this.render(); } },
      this.accounts.map((one) => h("option", { value: one.number, selected: one === this.account }, `${one.push_name} (${phoneNumber(one.number)})`)));
  }

  qr(device) {
    if (!device) {
      return h("div", { class: "qr-box" }, h("p", { class: "none", "data-testid": "owner-no-qr" },
        "Ningún dispositivo muestra un QR ahora. Abrí el panel y pedí uno nuevo."));
    }
    return h("div", { class: "qr-box" },
      h("img", { src: `/api/pairing/${device.id}.svg?seq=${device.seq}`, alt: "Código QR que muestra el panel", "data-testid": "owner-qr" }),
      h("p", {}, h("strong", {}, device.device_name), " quiere vincularse"),
      h("p", { class: "muted countdown", "data-expires": String(device.expires_ms) }));
  }

  codeForm(typed, device) {
    const input = h("input", { class: "input code", placeholder: "ABCD-EFGH", maxlength: "9", value: typed, "aria-label": "Código de 8 caracteres",
      autocomplete: "off", "data-testid": "pair-code-input" });
    return h("form", { onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) this.link("/api/pair-code", { code: input.value.trim(), business: true }); } },
      h("h3", {}, "Vincular con código"),
      h("div", { class: "inline" }, input, h("button", { class: "button", disabled: !device, "data-testid": "pair-code-send" }, "Vincular")));
  }

  devices(account) {
    if (!account?.devices.length) return h("p", { class: "muted", "data-testid": "no-devices" }, "Ninguno todavía.");
    return account.devices.map((device) => h("div", { class: "linked", "data-testid": "linked-device" },
      h("span", { class: `dot${device.connected ? " on" : ""}`, "aria-hidden": "true" }),
      h("div", {}, h("strong", {}, device.name),
        h("p", { class: "muted" }, device.connected ? "conectado" : "sin conexión", device.waiting ? ` · ${device.waiting} sin entregar` : "")),
      h("button", { class: "button small danger", "data-testid": "unlink", onclick: () => this.unlink(account, device) }, "Desvincular")));
  }

  async unlink(account, device) {
    if (!(await ask(`¿Desvincular ${device.name}?`, [], "Desvincular"))) return;
    await api("DELETE", `/api/accounts/${account.number}/devices/${device.id}`).catch((error) => toast(error.message));
    await this.reload();
  }
}
