import { plural } from "./plural";

/** What does not work, and the messages that could not be handled. */
export const esSystem = {
  health: {
    title: "Alertas del sistema",
    ok: "Todo funciona",
    okText: "Ninguna parte del sistema informa problemas.",
    since: (ago: string) => `hace ${ago}`,
    customers: "Los clientes:",
    todo: "Qué hacer:",
    indicator: (count: number) => plural(count, "alerta del sistema", "alertas del sistema"),
    levels: { bad: "Grave", warn: "Atención" },
  },
  parked: {
    title: "Mensajes apartados",
    intro: "Lo que el sistema no pudo procesar después de varios intentos. Nada se pierde: acá decidís.",
    waiting: (count: number) =>
      `${plural(count, "mensaje apartado espera", "mensajes apartados esperan")} que alguien decida`,
    card: "Mensajes apartados",
    cardHint: "Lo que no se pudo procesar queda acá para revisarlo, reintentarlo o descartarlo.",
    open: "Abrir",
    back: "Regresar a Herramientas",
    filter: "Parte del sistema",
    all: "Todas",
    empty: "No hay mensajes apartados",
    emptyText: "Todo lo que entró se procesó.",
    columns: { part: "Parte", kind: "Mensaje", why: "Motivo", tries: "Intentos", when: "Apartado" },
    list: "Mensajes apartados",
    view: (message: string, seq: number) => `${message}, ver el mensaje ${seq}`,
    detail: (kind: string) => `Mensaje apartado: ${kind}`,
    private: "El contenido puede tener datos de clientes. Queda registrado que lo abriste.",
    history: "Intentos fallidos",
    content: "Contenido",
    truncated: "Se muestra solo el comienzo: es muy largo.",
    correlation: "Código para soporte",
    replays: (count: number) => `Reintentado ${plural(count, "vez", "veces")}`,
    replay: "Reintentar",
    replayed: "El mensaje volvió a la cola",
    discard: "Descartar",
    discardTitle: "¿Descartar este mensaje?",
    discardText: "Se borra para siempre y nadie lo va a procesar. Queda registrado quién lo descartó.",
    discarded: "Mensaje descartado",
    replayAll: (part: string) => `Reintentar todos los de «${part}»`,
    replayAllTitle: (part: string) => `¿Reintentar todos los de «${part}»?`,
    replayAllText: (count: number) =>
      `${plural(count, "mensaje vuelve", "mensajes vuelven")} a la cola, del más viejo al más nuevo. Los que fallen otra vez regresan acá.`,
    replayedAll: (done: number, failed: number) =>
      failed === 0 ? `Volvieron a la cola: ${done}` : `Volvieron a la cola: ${done}. No se pudo con ${failed}.`,
    more: "Ver más",
  },
} as const;
