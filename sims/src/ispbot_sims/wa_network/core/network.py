"""The parts of the network put together."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from ispbot_sims.wa_network.core.company import Company
from ispbot_sims.wa_network.core.deliveries import Deliveries
from ispbot_sims.wa_network.core.entities import Account, Json
from ispbot_sims.wa_network.core.faults import AT_ONCE, Fault, FaultKind, Faults
from ispbot_sims.wa_network.core.groups import Groups
from ispbot_sims.wa_network.core.hub import Hub
from ispbot_sims.wa_network.core.links import CLOSE_BANNED, CLOSE_LOST, CLOSE_REPLACED, CLOSE_STREAM_ERROR, Links
from ispbot_sims.wa_network.core.media import MediaShelf
from ispbot_sims.wa_network.core.messaging import Messaging
from ispbot_sims.wa_network.core.pairing import PairingDesk
from ispbot_sims.wa_network.core.receipts import Receipts
from ispbot_sims.wa_network.core.state import Clock, State


class Network:
    """A whole WhatsApp. ``qr_speed`` divides the lifetimes of QR codes; ``clock`` gives seconds since 1970."""

    def __init__(self, data_dir: Path, *, qr_speed: float = 1.0, clock: Clock = time.time) -> None:
        self.qr_speed = qr_speed
        self.state = State(data_dir, clock)
        self.hub = Hub()
        self.faults = Faults()
        self.links = Links()
        self.media = MediaShelf(self.state)
        self.deliveries = Deliveries(self.state)
        self.receipts = Receipts(state=self.state, hub=self.hub, deliveries=self.deliveries)
        self.messaging = Messaging(
            state=self.state,
            hub=self.hub,
            faults=self.faults,
            deliveries=self.deliveries,
            receipts=self.receipts,
            links=self.links,
        )
        self.company = Company(
            state=self.state, hub=self.hub, faults=self.faults, messaging=self.messaging, receipts=self.receipts
        )
        self.groups = Groups(state=self.state, hub=self.hub, deliveries=self.deliveries)
        self.pairing = PairingDesk(state=self.state, hub=self.hub, deliveries=self.deliveries, links=self.links)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write to disk while inside; on leaving, links are cut and everything is written."""
        writer = asyncio.create_task(self.state.store.run(), name="wa-network-writer")
        try:
            yield
        finally:
            self.links.end(None, CLOSE_LOST)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
            self.state.store.close()

    def cause(self, fault: Fault) -> Json:
        """Make something go wrong: now, or armed for its occasion. Return how many links it hit."""
        if fault.kind not in AT_ONCE:
            self.faults.arm(fault)
            self.links.ring()
            return {"armed": True, "id": fault.id}
        return {"armed": False, "links": self._now(fault)}

    def clear_faults(self, fault_id: str | None = None) -> int:
        """Disarm one fault, or all; return how many there were."""
        cleared = self.faults.clear(fault_id)
        self.links.ring()
        return cleared

    def _now(self, fault: Fault) -> int:
        match fault.kind:
            case FaultKind.STREAM_ERROR:
                return self.links.end(fault.account, CLOSE_STREAM_ERROR, {"t": "stream_error", "code": str(fault.code)})
            case FaultKind.REPLACE:
                return self.links.end(fault.account, CLOSE_REPLACED, {"t": "replaced"})
            case FaultKind.TEMP_BAN:
                return self.ban(self.state.account(fault.account), code=fault.code, seconds=fault.seconds)
            case FaultKind.UNLINK:
                devices = self.state.devices_of(self.state.account(fault.account).number)
                for device in devices:
                    self.pairing.unlink(device)
                return len(devices)
            case FaultKind.ZOMBIE:
                return self.links.fall_silent(fault.account)
            case _:
                return self.links.end(fault.account, CLOSE_LOST)

    def ban(self, account: Account, *, code: int, seconds: float) -> int:
        """Ban an account for a while (0 seconds ends it); return how many links were closed."""
        account.ban_code = code
        account.banned_until_ms = self.state.now_ms() + int(seconds * 1000)
        self.state.save_account(account)
        return self.links.end(account.number, CLOSE_BANNED, self.ban_frame(account)) if seconds > 0 else 0

    def ban_frame(self, account: Account) -> Json | None:
        """The ``temp_ban`` frame while the account is banned, else None."""
        left_ms = account.banned_until_ms - self.state.now_ms()
        if left_ms <= 0:
            return None
        return {"t": "temp_ban", "code": account.ban_code, "expires_in_s": max(1, -(-left_ms // 1000))}
