"""The tickets service's words in the panel's shapes."""

from ispbot_contracts.common import AgentRef, Author
from ispbot_contracts.content import (
    ContactsContent,
    LocationContent,
    MediaContent,
    PollContent,
    text_of,
)
from ispbot_contracts.settings import AttentionSettings
from ispbot_contracts.tickets import ArchivedMessage, QueueCounts, TicketView
from ispbot_panel_api.shapes import Ref, department_ref
from ispbot_panel_api.tickets.models import (
    AuthorView,
    ContactCardView,
    Counts,
    LineKind,
    LocationView,
    MediaView,
    MessageView,
    QuotedLine,
    TicketDetail,
    TicketRow,
)
from ispbot_runtime.phones import display_phone

_MEDIA_FAILURES = {
    "expired": "WhatsApp ya no tiene el archivo. Pedile al cliente que lo envíe de nuevo.",
    "unreachable": "No se pudo descargar el archivo de WhatsApp. Pedile al cliente que lo envíe de nuevo.",
    "corrupt": "El archivo llegó dañado. Pedile al cliente que lo envíe de nuevo.",
    "too_large": "El archivo es demasiado grande para guardarlo.",
}
_SEND_FAILURES = {
    "not_on_whatsapp": "Ese número no tiene WhatsApp.",
    "cold_contact_limit": "WhatsApp limita los mensajes a quienes nunca escribieron. Esperá a que el cliente escriba.",
    "rejected": "WhatsApp rechazó el mensaje.",
    "expired": "El mensaje venció antes de poder enviarse.",
    "media_missing": "El archivo adjunto ya no está guardado. Adjuntalo de nuevo.",
    "unknown_outcome": "No se sabe si el mensaje salió. Fijate si el cliente lo recibió antes de repetirlo.",
}


def ticket_row(ticket: TicketView, attention: AttentionSettings) -> TicketRow:
    """Return a ticket as the queue shows it."""
    return TicketRow(
        id=ticket.ticket_id,
        number=ticket.number,
        version=ticket.version,
        status=ticket.status,
        area=ticket.area,
        department=department_ref(ticket.department, attention),
        contact_id=ticket.contact_id,
        customer_id=ticket.customer.customer_id if ticket.customer else None,
        customer_name=ticket.customer_name,
        phone=display_phone(ticket.phone) if ticket.phone else None,
        reason=ticket.reason,
        summary=ticket.summary,
        opened_at=ticket.opened_at,
        waiting_since=ticket.waiting_since,
        assignee=agent_ref(ticket.assignee),
        zone=ticket.zone_name,
        unread=ticket.unread,
        last_message_at=ticket.last_message_at,
        preview=ticket.preview,
        preview_author=_author(ticket.preview_author) if ticket.preview_author else None,
    )


def ticket_detail(ticket: TicketView, attention: AttentionSettings) -> TicketDetail:
    """Return a ticket with how it ended."""
    return TicketDetail(
        ticket=ticket_row(ticket, attention),
        closed_at=ticket.closed_at,
        closed_by=agent_ref(ticket.closed_by),
        close_comment=ticket.close_comment,
    )


def message_view(line: ArchivedMessage) -> MessageView:
    """Return a line of a conversation."""
    content = line.content
    kind: LineKind = content.kind if line.kind == "message" else line.kind
    return MessageView(
        id=line.message_id,
        seq=line.seq,
        version=line.version,
        at=line.at,
        direction=line.direction,
        author=_author(line.author),
        kind=kind,
        text=text_of(content),
        media=_media(line),
        location=_location(content) if isinstance(content, LocationContent) else None,
        contact_cards=_cards(content) if isinstance(content, ContactsContent) else [],
        poll_options=content.options if isinstance(content, PollContent) else [],
        quoted=_quoted(line),
        reactions=line.reactions,
        edited=line.edited,
        deleted=line.deleted,
        status=line.status,
        failure=_SEND_FAILURES.get(line.failure, line.failure) if line.failure else None,
        ticket_id=line.ticket_id,
        client_id=line.client_id,
    )


def counts_view(counts: QueueCounts) -> Counts:
    """Return the tabs' numbers."""
    return Counts(pending=counts.pending, in_progress=counts.in_progress, mine=counts.mine)


def agent_ref(agent: AgentRef | None) -> Ref | None:
    """Return an agent with the name."""
    return Ref(id=agent.id, name=agent.name) if agent else None


def _author(author: Author) -> AuthorView:
    return AuthorView(kind=author.kind, id=author.id, name=author.name)


def _media(line: ArchivedMessage) -> MediaView | None:
    if not isinstance(line.content, MediaContent):
        return None
    media = line.content.media
    state = "stored" if media.object_key else ("failed" if line.media_state == "failed" else "pending")
    failure = line.media_failure
    return MediaView(
        url=f"/api/media/{line.message_id}" if media.object_key else None,
        mime=media.mime,
        name=media.name,
        size=media.size_bytes,
        seconds=media.seconds,
        state=state,
        reason=_MEDIA_FAILURES.get(failure, failure) if failure else None,
    )


def _location(content: LocationContent) -> LocationView:
    at = content.position
    return LocationView(lat=at.lat, lng=at.lng, name=content.name, address=content.address)


def _cards(content: ContactsContent) -> list[ContactCardView]:
    return [ContactCardView(name=card.name, phones=card.phones) for card in content.cards]


def _quoted(line: ArchivedMessage) -> QuotedLine | None:
    quoted = line.quoted
    if quoted is None:
        return None
    return QuotedLine(id=quoted.message_id, text=quoted.text, author=_author(quoted.author))
