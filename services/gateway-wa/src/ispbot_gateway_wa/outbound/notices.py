"""SendNotice: a notice to a phone, also to one that never wrote. It leaves, fails, or is asked to come again later."""

from collections.abc import Callable, Iterable
from datetime import datetime

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.settings import CompanySettings, SendingSettings
from ispbot_contracts.whatsapp import NoticeReason, SendNotice
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.domain.addresses import first_contact_id, phone_address
from ispbot_gateway_wa.domain.contacts import Contact
from ispbot_gateway_wa.domain.hours import quiet_until
from ispbot_gateway_wa.outbound.cold import ColdBudget
from ispbot_gateway_wa.outbound.governor import Governor, Rank
from ispbot_gateway_wa.outbound.outgoing import of_notice
from ispbot_gateway_wa.outbound.results import deferred
from ispbot_gateway_wa.outbound.send import ColdRefused, Sender
from ispbot_runtime.logs import get_logger
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

_TURN_LIMIT_S = 30.0
"""Below the handler's limit; a notice whose turn is further away waits on the bus."""


class Notices:
    """Handles SendNotice: a consumer of its own, so that notices never fill the replies' places."""

    def __init__(
        self, *, sender: Sender, contacts: Contacts, cold: ColdBudget, governor: Governor, watch: SettingsWatch,
        now: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self._sender = sender
        self._contacts = contacts
        self._cold = cold
        self._governor = governor
        self._watch = watch
        self._now = now

    async def send_notice(self, command: SendNotice) -> Iterable[Message]:
        """Send it unless its end is known already. Raises Retryable when its turn is too far away."""
        address = phone_address(command.phone)
        contact = await self._contacts.find(address)
        outgoing = of_notice(command, contact.contact_id if contact else first_contact_id(address))
        known = await self._sender.known(outgoing)
        if known is not None:
            return known
        if outgoing.expired(self._now()):
            return await self._sender.fail(outgoing, "expired", "its time was over before its turn came")
        held = await self._held_back(command, contact)
        if held is not None:
            return [self._defer(command, *held)]
        cold = contact is None or not contact.has_written
        rank = Rank.COLD_NOTICE if cold else Rank.NOTICE
        async with self._governor.paced_turn(rank, limit_s=_TURN_LIMIT_S):
            return await self._send(command, contact, address, cold=cold)

    async def _send(
        self, command: SendNotice, contact: Contact | None, address: str, *, cold: bool
    ) -> Iterable[Message]:
        contact = contact or await self._contacts.resolve(address, None)
        outgoing = of_notice(command, contact.contact_id)
        held = await self._held_back(command, contact)  # the wait may have been long
        if held is None and cold and not await self._cold.charge(contact.contact_id):
            held = await self._held_back(command, contact)
        if held is not None:
            return [self._defer(command, *held)]
        try:
            return await self._sender.send(outgoing, contact.reply_to or address, Rank.NOTICE)
        except ColdRefused:
            until = self._cold.paused_until
            return [self._defer(command, "paused", until or self._now())]

    async def _held_back(self, command: SendNotice, contact: Contact | None) -> tuple[NoticeReason, datetime] | None:
        """Return why a notice may not leave now and when to come again."""
        now = self._now()
        quiet = self._kept_in_until(command, now)
        if quiet is not None:
            return "quiet_hours", quiet
        if contact is not None and contact.has_written:
            return None
        paused = self._cold.paused_until
        if paused is not None:
            return "paused", self._kept_in_until(command, paused) or paused
        available = await self._cold.available_at(contact.contact_id if contact else None)
        if available is not None:
            return "cold_budget", self._kept_in_until(command, available) or available
        return None

    def quiet_now(self) -> datetime | None:
        """Return when the present quiet hours end, None outside of them."""
        return self._quiet_until(self._now())

    def _kept_in_until(self, command: SendNotice, moment: datetime) -> datetime | None:
        return None if command.urgent else self._quiet_until(moment)

    def _quiet_until(self, moment: datetime) -> datetime | None:
        settings = self._watch.current(SendingSettings)
        if not settings.quiet_hours:
            return None
        return quiet_until(moment, settings.quiet_from, settings.quiet_to, self._watch.current(CompanySettings).tz)

    def _defer(self, command: SendNotice, reason: NoticeReason, retry_at: datetime) -> Message:
        metrics.NOTICES_DEFERRED.labels(reason).inc()
        log.info("notice_deferred", notice_id=command.notice_id, reason=reason)
        return deferred(command, reason, retry_at)
