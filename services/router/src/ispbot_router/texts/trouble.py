"""When something behind the bot does not answer."""

CRM_AWAY = (
    "En este momento no puedo consultar tus datos: el sistema está tardando en responder. 😕\n"
    "Probá en unos minutos escribiendo *reintentar*."
)
CRM_AWAY_AT_START = "_Ahora mismo no puedo consultar los datos de clientes. Si sos cliente, probá en unos minutos escribiendo *reintentar*._"
CRM_NOT_SET_UP = "Esa consulta todavía no está disponible por acá. Un asesor te ayuda enseguida."
FILE_SLOW = (
    "🧾 Tu factura está tardando en descargarse. Ya la estoy buscando: en un minuto escribí *reintentar* y te la mando."
)
AGENDA_AWAY = "En este momento no puedo ver la agenda de visitas. 😕 Probá en unos minutos escribiendo *reintentar*."
RETRY = "Reintentar"
