"""What a broken part means for customers and what to do, as staff read it."""

from dataclasses import dataclass

SILENT = "silent"


@dataclass(frozen=True)
class PartWords:
    """A part's name and what customers notice while it is away."""

    name: str
    customers: str


PARTS: dict[str, PartWords] = {
    "gateway-wa": PartWords("WhatsApp", "No entran ni salen mensajes. Los que llegan se reciben cuando vuelva."),
    "router": PartWords("Bot", "El bot no contesta. Los mensajes quedan guardados y se atienden cuando vuelva."),
    "crm-adapter": PartWords(
        "Sistema de gestión", "El bot no puede decir saldos ni mandar facturas, y los avisos del ISP esperan."
    ),
    "tickets": PartWords("Tickets", "OmniChat no muestra conversaciones. Los mensajes no se pierden."),
    "scheduler": PartWords("Agenda", "No se pueden pedir turnos de visita y los recordatorios esperan."),
    "ai": PartWords("Análisis con IA", "No hay resúmenes ni motivos automáticos. La atención sigue igual."),
    "panel-api": PartWords("Panel", "Los clientes no lo notan. El panel puede tardar en actualizarse."),
}
_WHAT = {
    SILENT: "No responde.",
    "bus": "Perdió la conexión con el bus de mensajes.",
    "bus_silent": "El bus de mensajes no le contesta.",
    "database": "No llega a su base de datos.",
    "start": "Todavía está arrancando.",
    "failed": "Se detuvo por un error.",
    "crm": "No puede consultar el sistema de gestión.",
    "whatsapp": "WhatsApp no está conectado.",
    "spool": "Está guardando mensajes en disco hasta que vuelva el bus.",
    "panel": "La página del panel no está instalada en este servidor.",
    "lag": "Tiene mensajes atrasados.",
    "disk": "Queda poco espacio en disco.",
    "topology": "El bus de mensajes todavía no está listo.",
    "consumers": "Falta una de sus colas en el bus de mensajes.",
    "bus_storage": "El bus de mensajes no tiene más lugar.",
    "bus_capacity": "El bus de mensajes se está quedando sin lugar.",
    "media_store": "No puede guardar los archivos que llegan.",
    "silence": "WhatsApp figura conectado, pero hace rato que no entra nada.",
    "crm_requests": "Se acerca al límite de consultas del sistema de gestión.",
}
_WHAT_TO_DO = {
    SILENT: "Se reinicia por su cuenta. Si en dos minutos no vuelve, revisá sus registros en el servidor.",
    "bus": "Se reconecta por su cuenta. Si no vuelve, revisá que el bus esté en marcha.",
    "bus_silent": "Revisá que esté en marcha la mayoría de los servidores del bus. Lo que espera sigue solo cuando vuelva.",
    "database": "Revisá que la base de datos esté en marcha y con espacio en disco.",
    "start": "Esperá unos segundos.",
    "crm": "Entrá en Ajustes Generales, Integraciones ISP y usá Probar Conexión.",
    "whatsapp": "Mirá el estado del bot en Inicio y, si hace falta, volvé a escanear el QR.",
    "spool": "No hace falta hacer nada: se envían en orden cuando vuelve el bus.",
    "disk": "Liberá espacio en el servidor.",
    "bus_storage": "Liberá espacio en el disco del bus. Lo que espera entra solo cuando haya lugar.",
    "bus_capacity": "Liberá espacio en el disco del bus y mirá qué parte viene atrasada.",
    "media_store": "Liberá espacio en el disco del bus. Los archivos se guardan solos cuando haya lugar.",
}
_WHAT_OTHER = "Funciona a medias."
_DO_OTHERWISE = "Revisá sus registros en el servidor."
_SOME_SILENT = "Una de sus copias no responde; las demás siguen atendiendo."
_CUSTOMERS_SOME = "Los clientes no lo notan mientras queden otras copias."
_CUSTOMERS_LIMITED: dict[str, str] = {
    "crm": "El bot contesta con lo último que sabía, o ofrece hablar con una persona.",
    "whatsapp": "No entran ni salen mensajes hasta que vuelva la conexión.",
    "spool": "Los mensajes nuevos se contestan con demora.",
    "panel": "Los clientes no lo notan.",
    "start": "Puede haber una demora de unos segundos.",
    "bus_capacity": "Los clientes todavía no lo notan.",
    "media_store": "Los textos se contestan igual; las fotos y los archivos se ven más tarde.",
    "silence": "Puede que no entren sus mensajes.",
    "crm_requests": "Los clientes todavía no lo notan.",
}


def part_words(service: str) -> PartWords:
    """Return the words for a service; one that this version does not know goes by its own name."""
    return PARTS.get(service, PartWords(service, "Puede haber demoras."))


def what_of(problem: str, *, others_work: bool) -> str:
    """Return what is wrong."""
    if problem == SILENT and others_work:
        return _SOME_SILENT
    return _WHAT.get(problem, _WHAT_OTHER)


def customers_of(service: str, problem: str, *, stopped: bool, others_work: bool) -> str:
    """Return what customers notice."""
    if others_work:
        return _CUSTOMERS_SOME
    limited = _CUSTOMERS_LIMITED.get(problem)
    return limited if limited and not stopped else part_words(service).customers


def todo_of(problem: str) -> str:
    """Return what staff can do."""
    return _WHAT_TO_DO.get(problem, _DO_OTHERWISE)
