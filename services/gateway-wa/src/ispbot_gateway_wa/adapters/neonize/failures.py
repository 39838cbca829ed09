"""What the library's error texts mean: it has no codes."""

import re

from ispbot_gateway_wa.domain.addresses import redacted
from ispbot_gateway_wa.failures import (
    MediaCorrupt,
    MediaGone,
    MediaUnreachable,
    NotConnected,
    NoWhatsApp,
    Rejected,
    SendUnknown,
    TransportFailure,
)

_SERVER_CODE = re.compile(r"server returned error (\d+)")
_NEVER_LEFT = ("websocket not connected", "doesn't contain a device JID", "client is nil")
_GONE = ("403", "404", "410")
_CORRUPT = ("hash", "hmac", "length does not match")


def of_send(text: str) -> TransportFailure:
    """Return the failure behind the text of a SendMessageError."""
    code = _SERVER_CODE.search(text)
    if code is not None:
        return Rejected(int(code.group(1)), "refused by WhatsApp")
    if "no LID found for" in text:
        return NoWhatsApp("the number is not on WhatsApp")
    if any(words in text for words in _NEVER_LEFT):
        return NotConnected(redacted(text))
    return SendUnknown(redacted(text))


def of_download(text: str) -> TransportFailure:
    """Return the failure behind the text of a DownloadError."""
    if any(code in text for code in _GONE):
        return MediaGone(redacted(text))
    lowered = text.lower()
    if any(word in lowered for word in _CORRUPT):
        return MediaCorrupt(redacted(text))
    return MediaUnreachable(redacted(text))
