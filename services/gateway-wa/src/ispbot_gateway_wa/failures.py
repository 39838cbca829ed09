"""What a transport raises, for every transport."""


class TransportFailure(Exception):
    """Root of what a transport raises."""


class NotConnected(TransportFailure):
    """There is no link: nothing left the process."""


class SendUnknown(TransportFailure):
    """It may have left: ask ``find_sent`` before trying again."""


class Rejected(TransportFailure):
    """WhatsApp refused the message with a code (463: this person never wrote to us)."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class NoWhatsApp(TransportFailure):
    """The number is not on WhatsApp."""


class MediaGone(TransportFailure):
    """WhatsApp no longer has the file."""


class MediaCorrupt(TransportFailure):
    """The file is not the one that was announced."""


class MediaUnreachable(TransportFailure):
    """The file could not be fetched now."""


class PairingRefused(TransportFailure):
    """No pairing code for this number, or not now."""
