"""Paying: the link, and the promise to pay."""

from datetime import date

from ispbot_contracts.common import Money
from ispbot_contracts.crm_writes import OneInvoice, PaymentLink, PromiseRecorded, PromiseTerms
from ispbot_router.texts.figures import long_day, money, short_date

NOTHING_OWED = "✅ Estás al día: no tenés nada para pagar."
NO_LINK = "En este momento no puedo generar el link de pago. 😕 Podés pagar por los otros medios."
NO_PROMISE = "No puedo registrar una promesa de pago para tu cuenta. Un asesor puede ver tu caso."


def payment_link(link: PaymentLink, today: date) -> str:
    """Return the link and what it pays."""
    head = f"💳 *Pagá online {money(link.amount)}* desde este link:\n{link.url}\n\n"
    tail = "Cuando el pago se acredite lo vas a ver en tu saldo."
    if link.invoice is None:
        return f"{head}Es personal: vale para tu deuda de hoy. {tail}"
    return f"{head}Es personal y paga {_named(link.invoice, link.amount, today)}.{_rest(link.invoice)}\n{tail}"


def offer_days(terms: PromiseTerms, today: date) -> str:
    """Head the list of days."""
    question = "¿Hasta qué día querés comprometerte a pagar?"
    if terms.invoice is None:
        return f"🤝 Debés *{money(terms.amount)}*. {question}"
    named = _named(terms.invoice, terms.amount, today)
    return f"🤝 La promesa es de *{money(terms.amount)}*, por {named}.{_rest(terms.invoice)}\n{question}"


def promised(recorded: PromiseRecorded, today: date) -> str:
    """The promise stands."""
    of = f" por {_named(recorded.invoice, recorded.amount, today)}" if recorded.invoice else ""
    return (
        f"✅ ¡Listo! Registré tu promesa de pago de *{money(recorded.amount)}*{of} hasta el *{long_day(recorded.until)}*."
        f"{_rest(recorded.invoice)}\n"
        "Si pagás antes, mejor: mandame el comprobante por acá. Pasado ese día el servicio se puede suspender."
    )


def refused(reason: str) -> str:
    """Say why there is no promise, in the words of crm-adapter."""
    return f"🤝 {reason}"


def _named(invoice: OneInvoice, open_amount: Money, today: date) -> str:
    due = ""
    if invoice.due_on is not None:
        due = f" ({'venció' if invoice.due_on < today else 'vence'} el {short_date(invoice.due_on, today)})"
    part = "lo que falta de " if open_amount.amount < invoice.total.amount else ""
    return f"{part}tu *factura {invoice.number}*{due}"


def _rest(invoice: OneInvoice | None) -> str:
    if invoice is None or invoice.rest.amount <= 0:
        return ""
    return f"\n⚠️ No es toda tu deuda: te quedan *{money(invoice.rest)}* de otras facturas."
