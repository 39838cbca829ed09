"""Linking a device: QR codes that expire, codes to type, and the company's phone that accepts or unlinks."""

import asyncio
import base64
import secrets
from dataclasses import dataclass, field

from ispbot_sims.wa_network.core.deliveries import Deliveries
from ispbot_sims.wa_network.core.entities import Account, Device, Json, Refused, lid_of, pn
from ispbot_sims.wa_network.core.hub import Hub
from ispbot_sims.wa_network.core.links import CLOSE_LOGGED_OUT, Links
from ispbot_sims.wa_network.core.state import State

QR_LIFETIMES_S = (60.0, 20.0, 20.0, 20.0, 20.0, 20.0)
MAX_DEVICES = 4
_CODE_LETTERS = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"


@dataclass(slots=True)
class Waiting:
    """A device that shows codes. ``outcome`` is the device it became, None when the owner refused."""

    device_name: str
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    qr: str | None = None
    seq: int = 0
    expires_ms: int = 0
    code: str | None = None
    code_phone: str | None = None
    outcome: asyncio.Future[Device | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class PairingDesk:
    """Devices that wait to be linked, and the phone's side of it."""

    def __init__(self, *, state: State, hub: Hub, deliveries: Deliveries, links: Links) -> None:
        self._state = state
        self._hub = hub
        self._deliveries = deliveries
        self._links = links
        self._waiting: dict[str, Waiting] = {}

    # --- the device's side

    def open(self, device_name: str) -> Waiting:
        """A device without credentials came."""
        waiting = Waiting(device_name)
        self._waiting[waiting.id] = waiting
        return waiting

    def close(self, waiting: Waiting) -> None:
        """It is gone, linked, or out of codes."""
        self._waiting.pop(waiting.id, None)
        self._tell()

    def next_qr(self, waiting: Waiting, lifetime_s: float) -> str:
        """Replace the present QR code by a new one."""
        parts = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(4)]
        waiting.qr = "https://wa.me/settings/linked_devices#2@" + ",".join(parts)
        waiting.seq += 1
        waiting.expires_ms = self._state.now_ms() + int(lifetime_s * 1000)
        self._tell()
        return waiting.qr

    def new_code(self, waiting: Waiting, phone: str) -> str:
        """Make the code that is typed on the phone.

        Raises:
            Refused: that is no phone number, or no QR was shown yet.
        """
        if not phone.isdigit() or len(phone) < 7 or phone.startswith("0") or waiting.qr is None:
            raise Refused(400, "a number in international digits is needed, after the first QR")
        letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
        waiting.code, waiting.code_phone = f"{letters[:4]}-{letters[4:]}", phone
        self._tell()
        return waiting.code

    def listed(self) -> list[Json]:
        """The waiting devices as the company's phone sees them."""
        return [
            {
                "id": w.id,
                "device_name": w.device_name,
                "qr": w.qr,
                "seq": w.seq,
                "expires_ms": w.expires_ms,
                "pair_code": w.code,
            }
            for w in self._waiting.values()
            if w.qr is not None
        ]

    # --- the phone's side

    def scan(self, account: Account, qr: str | None) -> Device:
        """The account's phone scans a code (the newest one, when none is given).

        Raises:
            Refused: 404 nothing waits, 410 that code has expired.
        """
        if qr is None:
            waiting = next(iter(reversed([w for w in self._waiting.values() if w.qr])), None)
        else:
            waiting = next((w for w in self._waiting.values() if w.qr and w.qr.endswith(qr.rpartition("#")[2])), None)
            if waiting is None:
                raise Refused(410, "that code has expired", status=410)
        if waiting is None:
            raise Refused(404, "no device is waiting to be linked", status=404)
        return self._link(account, waiting)

    def type_code(self, account: Account, code: str) -> Device:
        """The account's phone accepts a typed code.

        Raises:
            Refused: 404 nobody shows that code, or it is for another number.
        """
        wanted = code.replace("-", "").replace(" ", "").upper()
        for waiting in self._waiting.values():
            if (waiting.code or "").replace("-", "") == wanted and waiting.code_phone == account.number:
                return self._link(account, waiting)
        raise Refused(404, "no device shows that code for this number", status=404)

    def refuse(self, waiting_id: str) -> None:
        """The owner scans and then says no: the device's round ends in an error.

        Raises:
            Refused: that device is not waiting any more.
        """
        waiting = self._waiting.get(waiting_id)
        if waiting is None or waiting.outcome.done():
            raise Refused(410, "that code has expired", status=410)
        waiting.outcome.set_result(None)

    def unlink(self, device: Device) -> None:
        """The owner removes a device from the phone."""
        self.forget(device)
        frame = {"t": "logged_out", "reason": "device_removed", "on_connect": False}
        self._links.end_device(device, CLOSE_LOGGED_OUT, frame)

    def forget(self, device: Device) -> None:
        """The device is not linked any more."""
        self._state.drop_device(device)
        self._deliveries.forget(device)
        self._hub.publish("devices", account=device.account)

    def open_account(self, number: str, *, business: bool, platform: str | None, name: str | None) -> Account:
        """Return the account with that number, made or changed to what is asked.

        Raises:
            Refused: a customer has that number.
        """
        if number in self._state.phones:
            raise Refused(409, f"{number} is a customer's phone", status=409)
        if not number.isdigit() or len(number) < 7 or number.startswith("0"):
            raise Refused(400, f"{number!r} is not a number in international digits")
        account = self._state.accounts.get(number) or Account(number=number, lid=lid_of(number))
        account.business = business
        account.platform = platform or ("smba" if business else "android")
        account.push_name = name or account.push_name or f"+{number}"
        account.business_name = account.push_name if business else ""
        self._state.save_account(account)
        return account

    def _link(self, account: Account, waiting: Waiting) -> Device:
        if len(self._state.devices_of(account.number)) >= MAX_DEVICES:
            raise Refused(409, "four devices are linked already", status=409)
        if waiting.outcome.done():
            raise Refused(410, "that code has been used", status=410)
        device = Device(
            id=secrets.token_hex(8),
            account=account.number,
            index=account.next_device,
            secret=secrets.token_hex(24),
            name=waiting.device_name,
            linked_at_ms=self._state.now_ms(),
        )
        account.next_device += 1
        self._state.save_account(account)
        self._state.save_device(device)
        waiting.outcome.set_result(device)
        self._hub.publish("devices", account=account.number)
        return device

    def _tell(self) -> None:
        self._hub.publish("pairing", waiting=self.listed())


def account_wire(account: Account, device: Device) -> Json:
    """The ``account`` of ``connected`` and ``pair_success``."""
    return {
        "jid": pn(f"{account.number}:{device.index}"),
        "lid": f"{account.lid}:{device.index}@lid",
        "platform": account.platform,
        "business_name": account.business_name,
        "push_name": account.push_name,
    }
