"""The lines of a spool file: ``crc kind number json``; ``A`` is an arrival, ``D`` says that it is on the bus."""

import zlib
from dataclasses import dataclass, field


@dataclass
class Read:
    """What a file holds."""

    waiting: dict[int, bytes] = field(default_factory=dict)
    damaged: int = 0
    torn: bool = False


def read_records(raw: bytes) -> Read:
    """Return the arrivals that are not done. A broken last line was never whole; any other broken line is damage."""
    found = Read()
    lines = raw.split(b"\n")
    found.torn = bool(lines.pop())
    for line in lines:
        record = _checked(line)
        if record is None:
            found.damaged += 1
            continue
        kind, number, body = record
        if kind == b"A":
            found.waiting[number] = body
        else:
            found.waiting.pop(number, None)
    return found


def _checked(line: bytes) -> tuple[bytes, int, bytes] | None:
    crc, _, rest = line.partition(b" ")
    kind, _, more = rest.partition(b" ")
    number, _, body = more.partition(b" ")
    if crc != _crc(rest) or kind not in {b"A", b"D"} or not number.isdigit():
        return None
    return kind, int(number), body


def as_line(rest: bytes) -> bytes:
    """Return a line with its check sum."""
    return b"%s %s\n" % (_crc(rest), rest)


def _crc(rest: bytes) -> bytes:
    return b"%08x" % zlib.crc32(rest)
