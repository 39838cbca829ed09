"""What customers say for each reason: weighted patterns over text without accents, in lower case.

The words are those of Argentine support chats; weights were set by hand so that a specific phrase wins over a general one.
"""

import re
import unicodedata
from collections.abc import Mapping

_NET = r"(internet|servicio|conexion|senal|wifi|wi-fi|guaifai|red|linea)"

_RAW: Mapping[str, tuple[tuple[float, str], ...]] = {
    "Sin servicio": (
        (3, rf"\b(sin|no (hay|tengo|tenemos|anda|me anda|funciona|me funciona|llega|conecta|me conecta|navega))\b.{{0,15}}\b{_NET}"),
        (3, rf"\b{_NET}\b.{{0,12}}\b(caid[oa]|cortad[oa]|muert[oa]|no anda|no funciona)"),
        (3, r"\b(no navega|no anda nada|no carga nada|se (me )?cayo|se (me )?corto|me quede sin|quedamos sin)\b"),
        (3, r"\b(luz|lucecita|led|los|pon)\b.{0,25}\broj[oa]\b|\broj[oa]\b.{0,25}\b(modem|onu|luz|aparato)\b"),
        (2, r"\b(corte|apagon|fibra cortada|cable cortado)\b"),
    ),
    "Servicio lento": (
        (3, r"\b(lent[oa]s?|lentisim[oa]|lentitud|se (me |nos )?(traba|tilda|corta (todo el tiempo|a cada rato))|lag|ping alto|intermitente|micro ?cortes)\b"),
        (2, r"\b(velocidad|megas|mbps)\b.{0,40}\b(no|poc[oa]s?|menos|baj[oa]|llegan|contrate)\b|\b(llegan?|da|marca) \d+ (megas|mbps)"),
        (2, r"\b(netflix|youtube|juegos?|videollamadas?)\b.{0,30}\b(traba|corta|carga|lent)"),
        (2, r"\b(anda|va|funciona) (muy |re )?(mal|feo)\b"),
    ),
    "WiFi y equipos": (
        (3, r"\b(clave|contrasena|password)\b.{0,30}\b(wifi|wi-fi|guaifai|modem|router|red)\b|\b(cambiar|pongo|olvide)\b.{0,20}\b(clave|contrasena)\b"),
        (3, r"\b(no (llega|agarra|alcanza)|mas alcance|poca senal|repetidor|mesh)\b.{0,25}(senal|wifi|pieza|patio|arriba|habitacion)?"),
        (2, r"\b(router|modem|repetidor|antena|control remoto|decodificador)\b.{0,30}\b(rot[oa]|quemad[oa]|cambi|nuevo|reemplaz)"),
        (1, r"\b(wifi|wi-fi|guaifai)\b"),
    ),
    "Visita técnica": (
        (3, r"\b(visita|turno)\b|\btecnic[oa]s?\b.{0,30}\b(viene|venga|vino|pasa|hora|cuando|mand|reprogram)|\b(cuando|hora)\b.{0,20}\btecnic"),
        (2, r"\b(reprogramar|esperando al? tecnico|manden a alguien)\b"),
    ),
    "Factura y pagos": (
        (3, r"\b(facturas?|boletas?|vencimiento|vence|saldo|deuda|importe|recargo|aumento)\b"),
        (3, r"\b(medios? de pago|forma de pago|alias|cbu|cvu|rapipago|pago ?facil|mercado ?pago|debito automatico|transfer(ir|encia))\b"),
        (2, r"\b(abonar|pagar|pago|cobraron|cobro|debitaron)\b"),
        (2, r"\b(pague|cobraron|debitaron) (dos|2) veces\b|\bde mas\b"),
    ),
    "Comprobante de pago": (
        (5, r"\b(comprobante|recibo)\b"),
        (4, r"\b(ya (pague|transferi|abone|hice (el pago|la transferencia)))\b"),
    ),
    "Reconexión": (
        (6, r"\b(reconect\w*|reactiv\w*|rehabilit\w*|suspendid[oa]|suspendieron|suspension)\b"),
        (6, r"\bcortaron\b.{0,25}\b(pag|deuda)|\bcuando (vuelve|me lo vuelven)\b"),
    ),
    "Planes e instalación": (
        (3, r"\b(planes?|precios?|cuanto (sale|cuesta|vale)|oferta|promo\w*|descuento)\b"),
        (3, r"\b(contratar|contrato nuevo|instalacion|instalar\w*|darme de alta|el alta|requisitos|poner internet|conexion inicial|vengan a poner)\b"),
        (2, r"\b(mas megas|subir de plan|cambiar de plan|upgrade|bajar de plan)\b"),
    ),
    "Cobertura": (
        (4, r"\b(cobertura|llegan a|tienen (servicio|fibra|internet) (en|por)|hay (servicio|fibra|internet) (en|por))\b"),
    ),
    "Mudanza": (
        (5, r"\b(mud(o|e|ar\w*|anza|amos)|traslad\w*|cambio de (casa|domicilio)|nueva direccion|otra direccion)\b"),
    ),
    "Baja del servicio": (
        (6, r"\b(dar(me)? de baja|la baja|baja del servicio|cancelar (el )?(servicio|contrato|internet)|rescindir|no quiero seguir)\b"),
        (3, r"\bme voy a (otra|la competencia)\b"),
    ),
}  # fmt: skip

PATTERNS: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (reason, weight, re.compile(pattern)) for reason, rows in _RAW.items() for weight, pattern in rows
)

GREETING = re.compile(
    r"^\W*((hola+|holis|buen[ao]s?( (dias?|tardes?|noches?))?|buen dia|que tal|como (estas?|andan?|va)|disculp\w+|una consulta|"
    r"consulta|te hago una consulta|por favor|gracias|muchas gracias|ok|dale)\W*)+"
)
UNIVERSAL = re.compile(r"^\W*(\d{1,2}|menu|asesor|salir|volver|ok|dale|si|no|hola|gracias|buen[ao]s?.{0,8})\W*$")


def normalise(text: str) -> str:
    """Return the text in lower case without accents, spaces folded."""
    flat = unicodedata.normalize("NFD", text.lower())
    return " ".join("".join(ch for ch in flat if unicodedata.category(ch) != "Mn").split())
