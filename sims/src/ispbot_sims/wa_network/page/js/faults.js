// "Modo red": things that go wrong on demand.
import { api, get, post } from "./api.js";
import { byId, h, toast } from "./dom.js";

const FAULTS = [
  ["Cortar la conexión", { kind: "drop_connection" }],
  ["Confirmaciones lentas (5 s)", { kind: "ack_delay", seconds: 5, times: null }],
  ["Cortar antes de confirmar", { kind: "ack_lost" }],
  ["Perder el próximo envío", { kind: "send_lost" }],
  ["Conectado pero mudo", { kind: "silent", times: null }],
  ["Duplicar el próximo mensaje", { kind: "duplicate" }],
  ["Próximo mensaje ilegible", { kind: "undecryptable" }],
  ["Próximo mensaje legible al segundo intento", { kind: "second_try" }],
  ["Próximo archivo vencido", { kind: "media_missing", status: 410, times: 3 }],
  ["Descarga lenta (8 s)", { kind: "media_slow", seconds: 8 }],
  ["Rechazar contactos fríos (463)", { kind: "reach_out_lock", times: null }],
  ["Suspender la cuenta 2 min", { kind: "temp_ban", seconds: 120 }],
  ["Levantar la suspensión", { kind: "temp_ban", seconds: 0 }],
  ["Abrir en otro lado", { kind: "replace" }],
  ["Versión vencida al entrar", { kind: "refuse_login", how: "outdated" }],
];
const LABELS = Object.fromEntries(FAULTS.map(([label, fault]) => [fault.kind, label]));

export class FaultsPanel {
  constructor() {
    this.box = byId("faults-body");
    byId("faults").addEventListener("toggle", (event) => { if (event.target.open) this.reload(); });
  }

  async cause([label, fault]) {
    try {
      const answer = await post("/api/faults", fault);
      toast(answer.armed ? `Lista: ${label.toLowerCase()}` : `Hecho: ${label.toLowerCase()}`);
    } catch (error) {
      toast(error.message);
    }
    await this.reload();
  }

  async clear(id) {
    await api("DELETE", id ? `/api/faults/${id}` : "/api/faults");
    await this.reload();
  }

  async reload() {
    const armed = await get("/api/faults");
    this.box.replaceChildren(
      h("div", { class: "fault-grid" }, FAULTS.map((row) => h("button", { class: "button small", type: "button",
        "data-testid": `fault-${row[1].kind}`, onclick: () => this.cause(row) }, row[0]))),
      armed.length ? h("ul", { class: "fault-list" }, armed.map((fault) => h("li", {},
        `${LABELS[fault.kind] ?? fault.kind} · ${fault.times === null ? "hasta quitarla" : `quedan ${fault.times}`}`,
        h("button", { class: "button small", type: "button", onclick: () => this.clear(fault.id) }, "Quitar")))) : h("p", { class: "muted" }, "Ninguna falla activa."));
  }
}
