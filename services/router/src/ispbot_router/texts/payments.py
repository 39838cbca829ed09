"""Paying: the link, and the promise to pay."""

from ispbot_contracts.crm_writes import PaymentLink, PromiseRecorded, PromiseTerms
from ispbot_router.texts.figures import long_day, money

NOTHING_OWED = "✅ Estás al día: no tenés nada para pagar."
NO_LINK = "En este momento no puedo generar el link de pago. 😕 Podés pagar por los otros medios."
NO_PROMISE = "No puedo registrar una promesa de pago para tu cuenta. Un asesor puede ver tu caso."


def payment_link(link: PaymentLink) -> str:
    """Return the link and what it pays."""
    return (
        f"💳 *Pagá online {money(link.amount)}* desde este link:\n{link.url}\n\n"
        "Es personal: vale para tu deuda de hoy. Cuando el pago se acredite lo vas a ver en tu saldo."
    )


def offer_days(terms: PromiseTerms) -> str:
    """Head the list of days."""
    return f"🤝 Debés *{money(terms.amount)}*. ¿Hasta qué día querés comprometerte a pagar?"


def promised(recorded: PromiseRecorded) -> str:
    """The promise stands."""
    return (
        f"✅ ¡Listo! Registré tu promesa de pago de *{money(recorded.amount)}* hasta el *{long_day(recorded.until)}*.\n"
        "Si pagás antes, mejor: mandame el comprobante por acá. Pasado ese día el servicio se puede suspender."
    )


def refused(reason: str) -> str:
    """Say why there is no promise, in the words of crm-adapter."""
    return f"🤝 {reason}"
