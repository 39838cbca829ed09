/** Linking the company's WhatsApp number. */
export const esLink = {
  title: "Vinculá tu WhatsApp Business",
  qrAlt: "Código QR para vincular WhatsApp Business",
  steps: {
    one: ["Abrí ", "WhatsApp Business", " en el celular de la empresa."],
    two: ["Entrá en ", "Dispositivos vinculados", " y tocá ", "Vincular un dispositivo", "."],
    three: "Apuntá la cámara a este código. El panel cambia solo a «Conectado».",
  },
  renews: (seconds: number) => `El código se renueva en ${seconds} s`,
  preparing: "Preparando el código QR…",
  linking: "Vinculando el teléfono…",
  newQr: "Generar nuevo QR",
  byPhone: "Vincular con el número de teléfono",
  byPhoneTitle: "Vincular sin cámara",
  byPhoneIntro: "WhatsApp te va a pedir este código en «Vincular con el número de teléfono».",
  phone: "Número de WhatsApp Business",
  phoneHint: "Con código de país: 54 9 351 555 0100",
  phoneInvalid: "Escribí el número completo, con código de país.",
  askCode: "Pedir código",
  yourCode: "Tu código",
  onlyAdmins: "Solo un administrador puede vincular el número.",
  connecting: "Conectando con WhatsApp…",
  restart: "Reiniciar Bot",
  reasons: {
    logged_out: [
      "El celular cerró la sesión",
      "Desvincularon el bot desde el teléfono. Generá un nuevo QR y volvé a vincularlo.",
    ],
    replaced: [
      "Otra sesión tomó el lugar del bot",
      "El mismo vínculo se abrió en otro lado. Cerrá la otra instancia y reiniciá el bot.",
    ],
    banned: [
      "WhatsApp suspendió el número",
      "El bot vuelve solo cuando termina la suspensión. Mientras tanto no lo vincules de nuevo.",
    ],
    outdated: [
      "WhatsApp pide una versión más nueva",
      "Hay que actualizar ISPBot para volver a conectar. Avisá a quien lo administra.",
    ],
    not_business: [
      "Esa cuenta no es WhatsApp Business",
      "ISPBot funciona solo con WhatsApp Business. Instalá esa aplicación en el celular y vinculá su cuenta.",
    ],
    qr_expired: ["El código venció", "Nadie lo escaneó a tiempo. Generá uno nuevo con el celular a mano."],
    reconnecting: [
      "Sin conexión con WhatsApp",
      "El bot reintenta solo. Si no vuelve en unos minutos, revisá la conexión a internet del servidor.",
    ],
    failed: ["El bot está desconectado", "Si no vuelve solo en unos minutos, reinicialo."],
    stopped: ["El bot está apagado", "El servicio de WhatsApp no está en marcha. Reinicialo."],
  },
  bannedUntil: (when: string) => `Hasta el ${when}.`,
} as const;
