"""Which linked devices are connected now."""

from typing import Protocol

from ispbot_sims.wa_network.core.entities import Device, Json

CLOSE_RESTART = 4515
CLOSE_LOGGED_OUT = 4401
CLOSE_BANNED = 4402
CLOSE_OUTDATED = 4405
CLOSE_QR_OVER = 4408
CLOSE_FAILED = 4409
CLOSE_REPLACED = 4440
CLOSE_STREAM_ERROR = 4500
CLOSE_LOST = 1012


class Link(Protocol):
    """A connected device's socket."""

    def push(self, frame: Json) -> None:
        """Write a frame that is not kept."""

    def end(self, close_code: int, frame: Json | None = None) -> None:
        """Write a last frame and close."""

    def ring(self) -> None:
        """Look again whether something can be written."""

    def is_silent(self) -> bool:
        """Tell whether only pings are answered now."""

    def fall_silent(self) -> None:
        """Answer pings and nothing else until the connection ends."""


class Links:
    """The connected links, at most one per device."""

    def __init__(self) -> None:
        self._links: dict[str, tuple[Device, Link]] = {}

    def enter(self, device: Device, link: Link) -> None:
        """A device logged in. An older connection with the same credentials is replaced."""
        older = self._links.get(device.id)
        self._links[device.id] = (device, link)
        if older is not None:
            older[1].end(CLOSE_REPLACED, {"t": "replaced"})

    def leave(self, device: Device, link: Link) -> None:
        """That connection is over."""
        present = self._links.get(device.id)
        if present is not None and present[1] is link:
            del self._links[device.id]

    def connected(self, device: Device) -> bool:
        """Tell whether a device is connected."""
        return device.id in self._links

    def push(self, account: str, frame: Json) -> None:
        """Write a passing frame to the connected devices of an account."""
        for device, link in self._links.values():
            if device.account == account and not link.is_silent():
                link.push(frame)

    def end(self, account: str | None, close_code: int, frame: Json | None = None) -> int:
        """Close the connections of an account (None: of everybody); return how many there were."""
        chosen = [link for device, link in self._links.values() if account in (None, device.account)]
        for link in chosen:
            link.end(close_code, frame)
        return len(chosen)

    def fall_silent(self, account: str | None) -> int:
        """Let the connections of an account (None: of everybody) carry nothing any more; return how many there were."""
        chosen = [link for device, link in self._links.values() if account in (None, device.account)]
        for link in chosen:
            link.fall_silent()
        return len(chosen)

    def end_device(self, device: Device, close_code: int, frame: Json) -> None:
        """Close one device's connection, if it is up."""
        if device.id in self._links:
            self._links[device.id][1].end(close_code, frame)

    def ring(self) -> None:
        """A fault was armed or cleared: every link looks again whether it may write."""
        for _, link in self._links.values():
            link.ring()
