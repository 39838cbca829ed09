"""What customers write for each reason: patterns on folded text (lower case, no accents) with a weight.

3 is as good as saying it, 2 points there, 1 is a hint. Sources: how Argentine customers write to their provider,
spelling slips and slang included.
"""

import re
from dataclasses import dataclass

from ispbot_ai.reasons import Reason

_NET = r"(?:internet|inter|conexion|servicio|señal|red|linea|wifi|wi ?-?fi|guaifai)"
_BOX = r"(?:modem|router|ruter|onu|aparat\w*|equipo|caj(?:a|ita))"
_ROOM = (
    r"(?:pieza|habitacion\w*|cuarto|dormitorio|patio|fondo|arriba|abajo|planta|quincho|cocina|living|terraza|oficina)"
)


@dataclass(frozen=True)
class Sign:
    """Words that point to a reason."""

    pattern: re.Pattern[str]
    weight: int


def _signs(*rules: tuple[int, str]) -> tuple[Sign, ...]:
    return tuple(Sign(re.compile(pattern), weight) for weight, pattern in rules)


SIGNS: dict[Reason, tuple[Sign, ...]] = {
    Reason.NO_SERVICE: _signs(
        (3, rf"\bno (?:\w+ ){{0,2}}?(?:anda|funciona|hay|tengo|tenemos|llega|da|conecta|levanta)\w* (?:\w+ )?{_NET}\b"),
        (3, rf"\b{_NET} no (?:\w+ ){{0,2}}?(?:anda|funciona|conecta|prende|levanta|vuelve|volvio)"),
        (3, rf"\b(?:sin|se (?:\w+ )?(?:fue|corto|cayo)|se quedo sin) (?:el |la |nada de )?{_NET}\b"),
        (3, rf"\b(?:{_NET}|fibra) (?:esta |se )?(?:\w+ )?(?:caid[oa]|muert[oa]|cortad[oa]|cayo|corto|fue)\b"),
        (3, rf"\bse (?:\w+ ){{0,3}}?(?:caer|cayo|corto|cortar|fue) (?:el |la )?{_NET}\b"),
        (3, rf"\bno (?:tenemos|tengo|hay) (?:nada|ni) (?:de )?{_NET}\b"),
        (3, r"\bno (?:me |nos |se )?naveg\w*|\bno (?:me |nos )?anda nada\b|\bno tengo nada\b|\bquede sin\b"),
        (3, r"\bno (?:puedo|podemos|me deja) (?:navegar|conectar\w*|entrar a (?:internet|ningun))"),
        (
            3,
            r"\b(?:luz|lucecita|luces|led|los|pon|modem|onu)\b.{0,25}\broj[oa]s?\b|\broj[oa]\b.{0,20}\b(?:modem|onu|luz)\b",
        ),
        (2, r"\bno (?:sube|abre|carga|entra) (?:a )?ningun\w*"),
        (2, r"\bincomunicad\w*|\bcorte (?:de|en)\b|\bno hay caso\b|\b(?:se me )?corto todo\b"),
        (1, r"\bno (?:me |nos )?(?:anda|funciona|conecta)\b"),
    ),
    Reason.SLOW_SERVICE: _signs(
        (3, r"\blent\w*\b|\bdespacio\b|\btortuga\b"),
        (3, r"\b(?:microcortes?|intermiten\w*|inestable|va y viene|viene y va|fluctua)\b"),
        (3, r"\bse (?:me |nos |te )?(?:traba|tilda|cuelga|congela|pixela|laguea|frena)\w*"),
        (3, r"\bse (?:me |nos )?corta y vuelve\b|\b(?:el|un) (?:speed ?)?test (?:me |nos )?(?:da|marca|tira)\b"),
        (
            3,
            r"\bse (?:me |nos )?corta (?:\w+ )?(?:cada|a cada|todo el (?:tiempo|dia)|seguido|siempre|mucho|a la noche)",
        ),
        (3, r"\b(?:llegan?|mide|da|dan|tengo|recibo) (?:\w+ ){0,2}?\d+ ?(?:megas?|mbps|mb)\b"),
        (3, r"\b(?:velocidad|megas) (?:\w+ ){0,3}?(?:no es|baja|menos|menor|contrat)|\bbajo la velocidad\b"),
        (
            2,
            r"\b(?:ping|lag|latencia|buffer\w*|test de velocidad)\b|\btarda\w* (?:\w+ ){0,2}?en (?:cargar|abrir|bajar)",
        ),
        (2, r"\banda(?:ndo)? (?:\w+ )?(?:mal|pesimo|horrible|fatal|como (?:el|la))\b"),
        (1, r"\bvelocidad\b"),
    ),
    Reason.PAYMENT_PROOF: _signs(
        (4, r"\bcomprobante\b|\bticket de(?:l)? pago\b"),
        (
            3,
            r"\b(?:te|les|le|ahi|aca|aqui) (?:\w+ )?(?:paso|mando|envio|adjunto|dejo) (?:\w+ )?(?:el |la )?(?:pago|transferencia|captura)",
        ),
        (
            3,
            r"\bya (?:te |les )?(?:pague|transferi|abone|deposite|gire)\b|\bya (?:hice|realice|efectue) (?:el|la) (?:pago|transferencia)",
        ),
        (4, r"\b(?:va|paso|mando|dejo|adjunto|envio)\w* (?:el |la )?(?:captura|ticket|transferencia|pago)\b"),
        (
            3,
            r"\b(?:hice|hicimos|realice) (?:el|la|un|una) (?:pago|transferencia|deposito)\b|\bpague (?:ayer|hoy|recien|el)\b",
        ),
        (
            2,
            r"\b(?:acabo de|recien) (?:pagar|pague|transferir|transferi|abonar)|\bpago (?:realizado|hecho|efectuado)\b",
        ),
        (
            2,
            r"\binform(?:ar|o|e) (?:el |un |mi )?pago\b|\bno (?:me )?(?:figura|aparece|acredit\w+|impact\w+) (?:\w+ )?pago\b",
        ),
    ),
    Reason.BILLING: _signs(
        (3, r"\b(?:factura|boleta|recibo)s?\b|\bvencimientos?\b|\bvence\w*\b"),
        (3, r"\b(?:saldo|deuda|debo|adeudo|cuota)s?\b|\bcuanto (?:tengo que|hay que|me toca) pagar\b"),
        (3, r"\b(?:cbu|cvu|alias|rapipago|pago ?facil|mercado ?pago|debito automatico)\b|\bmedios? de pago\b"),
        (3, r"\bsuspen\w+\b|\b(?:cort\w+|sacaron) (?:\w+ )?por (?:no|falta)\b|\breconect\w*\b|\breactiv\w*\b"),
        (
            3,
            r"\b(?:me |nos )?(?:cobr\w+) (?:\w+ )?(?:de mas|doble|dos veces|mal)\b|\baument\w+\b|\brecargo\b|\bpromesa de pago\b",
        ),
        (2, r"\b(?:pagar|abonar|transferir|pago|transferencia)\b"),
        (1, r"\b(?:importe|monto|plata|tarjeta|efectivo|cuenta)\b"),
    ),
    Reason.INSTALLATION: _signs(
        (
            3,
            r"\bcontratar\b|\b(?:dar(?:me|nos)? (?:de|el) |para el |el |un )alta\b|\bnuev[oa] (?:cliente|conexion|servicio)\b",
        ),
        (3, r"\bplan(?:es)?\b|\bprecios?\b|\b(?:que|cuanto) (?:salen?|cuestan?|esta|valen?|costo)\b|\btarifas?\b"),
        (3, r"\b(?:me|nos) interesa\b|\bque velocidades\b"),
        (
            3,
            r"\bcobertura\b|\bllegan? (?:a|hasta|con)\b|\b(?:hay|tienen|tenes) (?:\w+ )?(?:servicio|fibra|internet|cobertura) (?:en|por|para|hasta)\b",
        ),
        (
            3,
            r"\binstal\w+\b|\bconexion inicial\b|\b(?:vengan|pasen) a (?:poner|conectar|instalar)\b|\bponer internet\b",
        ),
        (3, r"\bpromo\w*\b|\bofertas?\b|\bdescuentos?\b"),
        (2, r"\b(?:subir|aumentar|cambiar|mejorar|bajar) (?:\w+ )?(?:de |el |mi )?(?:plan|megas)\b|\bmas megas\b"),
        (1, r"\b\d+ megas\b|\brequisitos\b|\bpapeles\b"),
    ),
    Reason.MOVING: _signs(
        (4, r"\bmud(?:o|e|ar|amos|aron|anza|arme|arnos|ando)\b|\btraslad\w+\b"),
        (4, r"\bcambi\w+ de (?:casa|domicilio|direccion|departamento|depto)\b|\b(?:otra|nueva) (?:direccion|casa)\b"),
        (3, r"\bnuevo domicilio\b|\bllevar(?:me)? (?:el )?(?:servicio|internet) a\b"),
    ),
    Reason.CANCELLATION: _signs(
        (5, r"\b(?:dar(?:me|lo|nos)?|doy|damos|den|solicit\w+|pedir|hago|hacer|tramitar) (?:\w+ )?(?:de |la )?baja\b"),
        (5, r"\b(?:cancel\w+|rescind\w+|cortar) (?:\w+ )?(?:servicio|internet|contrato|abono)\b"),
        (4, r"\bno (?:quiero|queremos|voy a) (?:\w+ )?(?:seguir|mas|continuar)\b|\bdesvincul\w+\b"),
        (
            4,
            r"\b(?:me (?:voy|cambio|paso)|cambiarme|pasarme|irme) (?:a|con|de) (?:\w+ )?(?:empresa|compañia|proveedor|competencia)\b",
        ),
        (2, r"\bla baja\b|\bdesconectar (?:el )?servicio\b|\bdevolver (?:el |los )?(?:equipo|modem|router)s?\b"),
    ),
    Reason.WIFI: _signs(
        (4, r"\b(?:clave|contraseña|contrasena|password|pass)\b"),
        (
            4,
            rf"\bno (?:me |nos |le )?(?:llega|agarra|alcanza|toma|entra)\w* .{{0,30}}\b{_ROOM}\b|\b{_ROOM}\b.{{0,25}}\bno (?:llega|agarra|hay)",
        ),
        (4, r"\balcance\b|\brepetidor\w*\b|\bmesh\b|\b(?:cambiar(?:le)?|poner(?:le)?) (?:el |otro )nombre\b"),
        (2, rf"\b(?:cambiar|cambio de|mover|romp\w+|quem\w+|reinici\w+|config\w+|resete\w+|apag\w+) (?:\w+ )?{_BOX}\b"),
        (2, r"\b(?:camaras?|tele(?:visor)?|smart|impresora|celular|notebook) no (?:se )?(?:conecta|toma|engancha)"),
        (1, rf"\bwi ?-?fi\b|\bguaifai\b|\b{_BOX}\b"),
    ),
    Reason.VISIT: _signs(
        (4, r"(?<!soporte )(?<!asistencia )\btecnic[oa]s?\b|\bvisitas?\b|\breprogram\w+\b"),
        (3, r"\b(?:cuando|a que hora|que dia) (?:viene|pasa|van a (?:venir|pasar))n?\b|\bturno\b"),
        (2, r"\bquedaron en (?:venir|pasar)\b|\b(?:chico|muchacho|señor|gente) que vino\b|\bno aparecio nadie\b"),
        (2, r"\bno vino (?:nadie|ningun\w*)\b|\bestoy esperando\b"),
    ),
}
