"""Invoice files of one system, over connections of their own: slow ones keep no other question waiting."""

from collections.abc import Sequence

from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.outbound import HttpDoor
from ispbot_crm_adapter.settings import Limits


class PdfDoor:
    """As many at once as there are questions at once, beside them."""

    def __init__(self, vendor: str, limits: Limits, *, verify_tls: bool, secrets: Sequence[str]) -> None:
        self._guard = Guard(vendor, limits, secrets=secrets)
        self._door = HttpDoor(verify_tls=verify_tls, limits=limits)

    async def get(self, url: str) -> bytes:
        """Return a whole PDF. Raises CrmError."""
        return await self._guard.read("invoice_file", lambda: self._door.get_pdf(url))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._door.aclose()
