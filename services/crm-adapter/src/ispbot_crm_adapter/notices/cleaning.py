"""Words as systems send them, made fit for a chat (facts: crm-apis sections 1 and 4)."""

import html
import re
from urllib.parse import unquote_to_bytes

_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h[1-6])\s*/?\s*>", re.IGNORECASE)
_TAGS = re.compile(
    r"</?\s*(?:a|b|strong|i|em|u|s|span|font|p|div|ul|ol|li|table|tbody|tr|td|th|center|small|h[1-6])(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
"""Only tags by name: "saldo < 5000" stays."""
_BRACES = re.compile(r"\{([^{}]*)\}")
_MANY_LINES = re.compile(r"\n{3,}")
_URL = re.compile(r"https?://[^\s<>\"'\]\[{}]+", re.IGNORECASE)
_URL_END = ".,;:!?)*_"


def decoded(raw: bytes) -> str:
    """Return text of UTF-8, else of Latin-1: old servers send either and name neither."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def form_fields(raw: bytes) -> list[tuple[str, str]]:
    """Return the fields of a query string or an urlencoded body, decoded exactly once."""
    fields = []
    for pair in raw.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name:
            fields.append((_unquoted(name), _unquoted(value)))
    return fields


def _unquoted(raw: bytes) -> str:
    return decoded(unquote_to_bytes(raw.replace(b"+", b" ")))


def clean_text(text: str) -> str:
    """Return the words without HTML, template braces and control characters; line breaks as they were meant."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TAGS.sub("", _BREAKS.sub("\n", text))
    text = html.unescape(text).replace("\xa0", " ")
    while (bare := _BRACES.sub(r"\1", text)) != text:
        text = bare
    text = "".join(ch for ch in text if ch >= " " or ch in "\n\t")
    lines = (line.rstrip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def urls_in(text: str) -> list[str]:
    """Return the distinct addresses written in a text."""
    return list(dict.fromkeys(found.rstrip(_URL_END) for found in _URL.findall(text)))
