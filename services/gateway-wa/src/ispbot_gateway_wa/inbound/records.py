"""Arrivals as lines of the spool and back."""

import json
from dataclasses import replace

from pydantic import TypeAdapter

from ispbot_gateway_wa.ports import Edited, GroupSeen, MessageIn, Reacted, ReceiptIn, Revoked, Said

Kept = MessageIn | ReceiptIn | GroupSeen
"""What must not be lost. Typing hints may be."""

_KINDS: dict[str, TypeAdapter[Kept]] = {
    kind.__name__: TypeAdapter(kind) for kind in (MessageIn, ReceiptIn, GroupSeen)
}  # fmt: skip
_BODIES: dict[str, TypeAdapter[Said | Edited | Revoked | Reacted]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Said, Edited, Revoked, Reacted)
}  # fmt: skip


def to_record(arrival: Kept) -> bytes:
    """Return one line, without a line break."""
    kind = type(arrival).__name__
    record = {"kind": kind, "value": _KINDS[kind].dump_python(arrival, mode="json")}
    if isinstance(arrival, MessageIn):
        record["body"] = type(arrival.body).__name__
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def from_record(raw: bytes) -> Kept | None:
    """Return the arrival of a line, None for one that this version does not understand."""
    try:
        record = json.loads(raw)
        arrival = _KINDS[record["kind"]].validate_python(record["value"])
        if isinstance(arrival, MessageIn):
            arrival = replace(arrival, body=_BODIES[record["body"]].validate_python(record["value"]["body"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return arrival
