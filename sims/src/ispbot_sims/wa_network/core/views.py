"""Messages, phones and accounts as the API and the phone page show them."""

from ispbot_sims.wa_network.core.entities import SIDE_KINDS, STATUS_LIFETIME_MS, Account, Device, Json, Msg, Phone
from ispbot_sims.wa_network.core.state import State


def name_of(state: State, number: str) -> str:
    """The name under which a number appears."""
    if number in state.accounts:
        account = state.accounts[number]
        return account.business_name or account.push_name or f"+{number}"
    phone = state.phones.get(number)
    return phone.name if phone is not None else f"+{number}"


def message_view(state: State, message: Msg, viewer: str) -> Json:
    """A message as ``viewer`` sees it. ``mine`` messages carry a ``tick``."""
    delivered, read, played = message.marks.get(viewer) or (list(message.marks.values()) or [[0, 0, 0]])[0]
    content = {"kind": "deleted"} if message.revoked else message.content
    return {
        "id": message.id,
        "n": message.n,
        "chat": message.chat,
        "mine": message.sender == viewer,
        "author": {"number": message.sender, "name": name_of(state, message.sender)},
        "ts_ms": message.ts_ms,
        "content": content,
        "media_url": _media_url(content),
        "quoted": message.quoted,
        "tick": message.tick,
        "delivered_ms": delivered or None,
        "read_ms": read or None,
        "played_ms": played or None,
        "edited": message.edited_ms > 0,
        "revoked": message.revoked,
        "reactions": [{"number": number, "emoji": emoji} for number, emoji in message.reactions.items()],
        "bot_tag": message.bot_tag,
    }


def _arrived(message: Msg, viewer: str) -> bool:
    """An account's own phone has everything; a customer's only what was delivered to it."""
    mark = message.marks.get(viewer)
    return mark is not None and (mark[0] > 0 or message.chat.startswith(f"{viewer}|"))


def chat_view(state: State, key: str, viewer: str, *, limit: int, before: int | None = None) -> list[Json]:
    """The last ``limit`` messages of a chat, oldest first; ``before`` is the ``n`` of the first one already read."""
    shown = [
        m
        for m in state.chat(key).values()
        if m.kind not in SIDE_KINDS and (before is None or m.n < before) and (m.sender == viewer or _arrived(m, viewer))
    ]
    return [message_view(state, m, viewer) for m in shown[-limit:]]


def phone_view(phone: Phone) -> Json:
    """A phone."""
    return {
        "number": phone.number,
        "name": phone.name,
        "story": phone.story,
        "lid": f"{phone.lid}@lid",
        "hide_number": phone.hide_number,
        "online": phone.online,
        "auto_read": phone.auto_read,
        "saved": phone.saved,
    }


def device_view(device: Device, *, connected: bool, waiting: int) -> Json:
    """A linked device, without its secret."""
    return {
        "id": device.id,
        "index": device.index,
        "name": device.name,
        "linked_at_ms": device.linked_at_ms,
        "connected": connected,
        "waiting": waiting,
    }


def account_view(state: State, account: Account) -> Json:
    """The company's account."""
    return {
        "number": account.number,
        "business": account.business,
        "platform": account.platform,
        "push_name": account.push_name,
        "business_name": account.business_name,
        "banned_until_ms": account.banned_until_ms if account.banned_until_ms > state.now_ms() else None,
    }


def statuses_view(state: State, number: str, *, audience: str | None = None) -> list[Json]:
    """The estados of a number that still stand, oldest first; only those that ``audience`` may see."""
    oldest = state.now_ms() - STATUS_LIFETIME_MS
    return [
        {
            "id": m.id,
            "author": {"number": number, "name": name_of(state, number)},
            "ts_ms": m.ts_ms,
            "expires_ms": m.ts_ms + STATUS_LIFETIME_MS,
            "content": m.content,
            "media_url": _media_url(m.content),
            "seen_by": [who for who, mark in m.marks.items() if mark[1]],
        }
        for m in state.chat(f"status|{number}").values()
        if m.kind not in SIDE_KINDS and not m.revoked and m.ts_ms > oldest and (audience is None or audience in m.marks)
    ]


def _media_url(content: Json) -> str | None:
    media = content.get("media")
    return "/api/media/" + media["direct_path"].rpartition("/")[2] if media else None
