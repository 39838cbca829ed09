"""Balance, invoices, connection, speed and payment means."""

from collections.abc import Sequence
from datetime import date, datetime

from ispbot_contracts.common import Freshness
from ispbot_contracts.crm import Connection, CustomerAccount, CustomerStatus, InternetService, Invoice
from ispbot_contracts.settings import TransferAccount
from ispbot_router.texts.figures import age, full_name, money, short_date, speed

_MOST_INVOICES = 3


def stale_note(freshness: Freshness, now: datetime) -> str:
    """Say how old the figures are when the management system does not answer; empty when they are of now."""
    if not freshness.stale:
        return ""
    return f"\n\n_⚠️ Datos de hace {age(now - freshness.as_of)}: en este momento no puedo actualizarlos._"


def balance(account: CustomerAccount, unpaid: Sequence[Invoice], today: date) -> str:
    """Return what is owed and since when."""
    head = f"💳 *Saldo de {full_name(account.name)}* (cliente {account.number})\n"
    if account.balance.amount < 0:
        return f"{head}\n✅ No debés nada y tenés *{money(account.balance)}* a favor."
    if account.balance.amount == 0:
        return f"{head}\n✅ Estás al día: no tenés deuda."
    lines = [head, f"Debés *{money(account.balance)}*{_how_many(account.unpaid_invoices)}."]
    if account.due_date is not None:
        late = account.due_date < today
        lines.append(f"{'⚠️ Venció' if late else '📅 Vence'} el *{short_date(account.due_date, today)}*.")
    if len(unpaid) > 1:
        lines += [_invoice_line(invoice, today) for invoice in unpaid[:_MOST_INVOICES]]
    return "\n".join(lines)


def _how_many(invoices: int) -> str:
    if invoices <= 0:
        return ""
    return " (1 factura impaga)" if invoices == 1 else f" ({invoices} facturas impagas)"


def _invoice_line(invoice: Invoice, today: date) -> str:
    due = (
        f", {'venció' if invoice.due_on < today else 'vence'} el {short_date(invoice.due_on, today)}"
        if invoice.due_on
        else ""
    )
    return f"• Factura {invoice.number}: {money(invoice.owed)}{due}"


def invoice_caption(invoice: Invoice, today: date) -> str:
    """Return the words under the invoice's file."""
    due = f" · vence el {short_date(invoice.due_on, today)}" if invoice.due_on and invoice.due_on >= today else ""
    past = f" · venció el {short_date(invoice.due_on, today)}" if invoice.due_on and invoice.due_on < today else ""
    return f"🧾 Factura *{invoice.number}* por *{money(invoice.total)}*{due or past}"


NO_PDF = "Tu factura existe, pero no puedo descargar el archivo. 😕 Un asesor te la puede mandar."
NO_INVOICE = "Todavía no tenés facturas emitidas. Si esperabas una, un asesor te puede ayudar."
ACCOUNT_GONE = "No encuentro más esa cuenta en el sistema. 😕 Puede que haya cambiado: un asesor lo revisa con vos."


def connection(account: CustomerAccount) -> str:
    """Return the state of each service and what to do next."""
    head = f"📡 *Estado de tu conexión* (cliente {account.number})\n"
    if account.status is CustomerStatus.CANCELLED:
        return f"{head}\n⚫ El servicio figura dado de baja. Si querés volver, un asesor te ayuda."
    if account.status is CustomerStatus.SUSPENDED:
        debt = f" Tu deuda es de *{money(account.balance)}*." if account.balance.amount > 0 else ""
        return (
            f"{head}\n🔴 Tu servicio está *suspendido por falta de pago*.{debt}\n"
            "Cuando pagues, mandame el comprobante por acá y lo reactivamos."
        )
    lines = [head]
    if account.area_maintenance:
        lines.append(
            "🛠️ Estamos trabajando en la red de tu zona: puede haber cortes. Ya se está resolviendo, no hace falta que hagas nada."
        )
    several = len(account.services) > 1
    lines += [_service_line(service, several=several) for service in account.services]
    if not account.services:
        lines.append("No veo servicios de Internet activos en tu cuenta.")
    offline = any(service.connection is Connection.OFFLINE for service in account.services)
    if offline and not account.area_maintenance:
        lines.append(
            "\nProbá esto: desenchufá el router y la ONU *30 segundos*, volvé a enchufarlos y esperá *3 minutos*. "
            "Si sigue igual, pedí una visita o hablá con un asesor."
        )
    return "\n".join(lines)


def _service_line(service: InternetService, *, several: bool) -> str:
    state = {
        Connection.ONLINE: "🟢 *Conectado*: desde acá tu servicio se ve bien.",
        Connection.OFFLINE: "🟠 *Sin conexión*: tu equipo no está llegando a nuestra red.",
        Connection.UNKNOWN: "⚪ No puedo ver si tu equipo está conectado en este momento.",
    }[service.connection]
    where = f", {service.address}" if several and service.address else ""
    contracted = speed(service.down_mbps, service.up_mbps)
    return f"{state}\nPlan: {service.plan}{f' ({contracted})' if contracted else ''}{where}"


def speed_test(url: str, contracted: str) -> str:
    """Return the link to measure with, beside what was contracted."""
    lines = ["🚀 *Test de velocidad*", "", f"Medí tu conexión acá: {url}"]
    if contracted:
        lines.append(f"Tenés contratado: *{contracted}*.")
    lines.append("\nPara que la medición sea justa, conectate por cable o cerca del router, y sin otras descargas.")
    return "\n".join(lines)


def payment_means(accounts: Sequence[TransferAccount], other_means: str) -> str:
    """Return how to pay."""
    parts = ["💰 *Medios de pago*"]
    parts += [_transfer(account) for account in accounts]
    if other_means.strip():
        parts.append(other_means.strip())
    parts.append("Cuando pagues, mandame la foto o el PDF del comprobante por acá. 📎")
    return "\n\n".join(parts)


def _transfer(account: TransferAccount) -> str:
    lines = [f"🏦 *Transferencia*{f' · {account.bank}' if account.bank else ''}", f"Titular: {account.holder}"]
    if account.alias:
        lines.append(f"Alias: *{account.alias}*")
    if account.cbu:
        lines.append(f"CBU/CVU: {account.cbu}")
    return "\n".join(lines)


NO_PAYMENT_MEANS = "Los medios de pago te los pasa un asesor. ¿Querés que te comunique?"
