"""The questions that only the lease holder answers."""

import asyncio
from contextlib import AsyncExitStack

from ispbot_contracts.settings import CompanySettings
from ispbot_contracts.whatsapp import (
    Done,
    GetSendState,
    GroupList,
    ListGroups,
    NewQr,
    PairCode,
    RequestPairCode,
    RestartSession,
    SendState,
    UnlinkSession,
)
from ispbot_gateway_wa.failures import NotConnected
from ispbot_gateway_wa.outbound.light import send_state
from ispbot_gateway_wa.outbound.outflow import Outflow
from ispbot_gateway_wa.ports import WhatsAppTransport
from ispbot_gateway_wa.session import Session
from ispbot_gateway_wa.silence import SilenceWatch
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal
from ispbot_runtime.settings_store import SettingsWatch


class Answers:
    """Answers while ``run`` runs."""

    def __init__(
        self, *, bus: Bus, session: Session, transport: WhatsAppTransport, outflow: Outflow, silence: SilenceWatch,
        watch: SettingsWatch,
    ) -> None:  # fmt: skip
        self._bus = bus
        self._session = session
        self._transport = transport
        self._outflow = outflow
        self._silence = silence
        self._watch = watch

    async def run(self) -> None:
        """Run for the life of the term."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._bus.answering(RestartSession, self._restart))
            await stack.enter_async_context(self._bus.answering(UnlinkSession, self._unlink))
            await stack.enter_async_context(self._bus.answering(NewQr, self._new_qr))
            await stack.enter_async_context(self._bus.answering(RequestPairCode, self._pair_code))
            await stack.enter_async_context(self._bus.answering(ListGroups, self._groups))
            await stack.enter_async_context(self._bus.answering(GetSendState, self._send_state))
            await asyncio.Event().wait()

    async def _restart(self, _: RestartSession) -> Done:
        await self._session.restart()
        return Done()

    async def _unlink(self, _: UnlinkSession) -> Done:
        await self._session.unlink()
        return Done()

    async def _new_qr(self, _: NewQr) -> Done:
        await self._session.new_qr()
        return Done()

    async def _pair_code(self, query: RequestPairCode) -> PairCode:
        return PairCode(code=await self._session.pair_code("".join(filter(str.isdigit, query.phone))))

    async def _groups(self, _: ListGroups) -> GroupList:
        try:
            return GroupList(groups=await self._transport.groups())
        except NotConnected as error:
            raise Refusal("not_connected", "WhatsApp no está conectado.") from error

    async def _send_state(self, _: GetSendState) -> SendState:
        tz = self._watch.current(CompanySettings).tz
        return await send_state(self._session.link, self._outflow, self._silence.deaf_since, tz)
