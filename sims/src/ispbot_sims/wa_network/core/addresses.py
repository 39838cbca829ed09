"""From numbers to what a device sees: LID addresses, phones shown or hidden, groups."""

from ispbot_sims.wa_network.core.entities import (
    STATUS,
    Account,
    Group,
    Json,
    Msg,
    Phone,
    at_lid,
    pn,
)
from ispbot_sims.wa_network.core.state import State


def lid_address(state: State, number: str) -> str:
    """The LID address of a phone or account; the phone address in a chat of the older kind."""
    phone = state.phones.get(number)
    owner: Phone | Account | None = phone or state.accounts.get(number)
    if phone is not None and phone.by_phone:
        return pn(number)
    return at_lid(owner.lid) if owner is not None else pn(number)


def shown_phone(state: State, account: str, number: str) -> str | None:
    """The phone address a message carries to the account: None when that person hides it."""
    phone = state.phones.get(number)
    if phone is None or phone.hide_number or phone.by_phone:
        return None
    state.learn(account, number)
    return pn(number)


def known_phone(state: State, account: str, number: str) -> str | None:
    """The phone address when the account may know it: shown, or learnt before."""
    if number in state.accounts or (account, number) in state.learnt:
        return pn(number)
    return shown_phone(state, account, number)


def chat_address(state: State, chat: str) -> str:
    """The address of a chat as the account's devices see it."""
    if chat.startswith("status|"):
        return STATUS
    if chat in state.groups:
        return chat
    return lid_address(state, chat.partition("|")[2])


def envelope(state: State, account: Account, message: Msg) -> Json:
    """The ``info`` of a message for the account's devices."""
    from_me = message.sender == account.number
    chat = chat_address(state, message.chat)
    direct = message.chat not in state.groups and not message.chat.startswith("status|")
    other = message.chat.partition("|")[2]
    sender = state.phones.get(message.sender)
    return {
        "id": message.id,
        "chat": chat,
        "sender": lid_address(state, message.sender),
        "sender_alt": None if from_me else shown_phone(state, account.number, message.sender),
        "recipient_alt": known_phone(state, account.number, other) if from_me and direct else None,
        "addressing_mode": "pn" if sender is not None and sender.by_phone else "lid",
        "is_from_me": from_me,
        "is_group": not direct,
        "push_name": account.push_name if from_me or sender is None else sender.name,
        "timestamp_ms": message.ts_ms,
        "quoted": message.quoted,
        "mentioned": message.mentioned,
    }


def group_view(state: State, account: str, group: Group) -> Json:
    """A group as the account's devices see it."""
    return {
        "jid": group.jid,
        "subject": group.subject,
        "created_s": group.created_ms // 1000,
        "participants": [
            {"jid": lid_address(state, number), "phone": known_phone(state, account, number), "is_admin": admin}
            for number, admin in group.members.items()
        ],
    }
