"""All live sockets of this process: who hears what, and when a socket must end."""

import asyncio
from collections.abc import Callable

from cachetools import LRUCache
from fastapi import WebSocket
from prometheus_client import Gauge
from pydantic import BaseModel

from ispbot_contracts.base import Event
from ispbot_contracts.settings import AttentionSettings, OperationSettings, Section
from ispbot_contracts.tickets import GetTicket, MessageUpdated, TicketView
from ispbot_contracts.whatsapp import TypingSeen
from ispbot_panel_api.agents.presence import Presence
from ispbot_panel_api.auth.sessions import Sessions, Staff
from ispbot_panel_api.health.watch import HealthWatch
from ispbot_panel_api.live.connection import PING_EVERY_S, Connection, reset_frame
from ispbot_panel_api.live.feed import Feed
from ispbot_panel_api.live.hints import AgentTyping, SessionsChanged
from ispbot_panel_api.live.models import CloseCode, HelloData, PresenceData, TypingData
from ispbot_panel_api.live.ring import Entry
from ispbot_panel_api.live.told import Part, TicketIndex, Told, part, read_event
from ispbot_panel_api.mode.operation import operation_view
from ispbot_panel_api.permissions import Permission
from ispbot_panel_api.tickets.access import queue_query, sees
from ispbot_panel_api.tickets.views import agent_ref, counts_view
from ispbot_panel_api.users.store import User
from ispbot_panel_api.whatsapp.link import LinkWatch
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

SOCKETS = Gauge("ispbot_panel_live_sockets", "Live sockets open now.")

_REACH_LIMIT_S = 5.0
_COUNTS_EVERY_S = 0.5
_RECHECK_EVERY_S = 30.0
_ASK_LIMIT_S = 2.0
_TOLD_KEPT = 256


class Hub:
    """Tells every browser what its user may hear."""

    def __init__(
        self, *, bus: Bus, feed: Feed, watch: SettingsWatch, sessions: Sessions, presence: Presence, link: LinkWatch,
        health: HealthWatch,
    ) -> None:  # fmt: skip
        self._bus, self._feed, self._watch = bus, feed, watch
        self._sessions, self._presence, self._link, self._health = sessions, presence, link, health
        self._index = TicketIndex()
        self._told: LRUCache[int, Told | None] = LRUCache(maxsize=_TOLD_KEPT)
        self._connections: set[Connection] = set()
        self._counts_due: set[str] = set()
        feed.on_entry(self._happened)
        feed.on_restart(self._stream_wiped)
        presence.on_change(self._presence_changed)
        link.on_change(self._link_changed)
        health.on_change(self._health_changed)
        watch.on_change(self._settings_changed)

    # -- one browser --------------------------------------------------------------------------------------------------

    async def serve(self, socket: WebSocket, staff: Staff, since: str | None) -> None:
        """Serve an accepted socket until it ends."""
        wanted = int(since) if since is not None and since.isdecimal() else None
        if wanted is not None and wanted > self._feed.ring.head:
            await self._feed.reach(wanted, _REACH_LIMIT_S)  # another replica may be a moment ahead of this one
        connection = Connection(socket, staff, self._parts_of)
        ring = self._feed.ring
        missed = None if wanted is None else ring.after(wanted)
        cursor = wanted if wanted is not None and missed is not None else ring.head
        self._connections.add(connection)  # in the same breath as the look into the ring: no gap, no repeat
        SOCKETS.inc()
        try:
            with self._presence.here(staff.user.id):
                self._show_states(connection)
                await connection.serve(self._opening(since, wanted, missed, cursor), missed or [], cursor)
        finally:
            self._connections.discard(connection)
            SOCKETS.dec()

    def _opening(self, since: str | None, wanted: int | None, missed: list[Entry] | None, cursor: int) -> list[str]:
        hello = HelloData(online=self._presence.online(), ping_every_s=PING_EVERY_S)
        frames = [part("hello", hello).frame(cursor)]
        if since is not None and missed is None:
            old = wanted is not None and wanted < self._feed.ring.floor
            frames.append(reset_frame("too_old" if old else "unknown_cursor"))
        return frames

    def _show_states(self, connection: Connection) -> None:
        if connection.user.may(Permission.DASHBOARD_VIEW):
            connection.show("whatsapp", self._whatsapp_frame())
            connection.show("health", self._health_frame())
        if connection.user.may(Permission.TOOLS_VIEW):
            connection.show("mode", self._mode_frame())
        self._counts_due.add(connection.user.id)

    async def _parts_of(self, entry: Entry, user: User) -> list[Part] | None:
        told = self._told_of(entry)
        if told is None:
            return []
        ticket: TicketView | None = None
        event = told.event
        if isinstance(event, MessageUpdated) and event.ticket_id and not user.may(Permission.OMNICHAT_ALL):
            try:
                ticket = await self._ticket(event.ticket_id)
            except Unavailable as error:
                log.warning("live_line_not_judged", ticket_id=event.ticket_id, reason=str(error))
                return None
        return told.parts_for(user, ticket)

    async def _ticket(self, ticket_id: str) -> TicketView | None:
        known = self._index.by_id(ticket_id)
        if known is not None:
            return known
        try:
            found = (await self._bus.ask(GetTicket(ticket_id=ticket_id), timeout_s=_ASK_LIMIT_S)).ticket
        except Refusal:
            return None
        self._index.learn(found)
        return found

    # -- what happens -------------------------------------------------------------------------------------------------

    def _happened(self, entry: Entry) -> None:
        told = self._told_of(entry)
        if told is None:
            return
        self._index.learn_from(told.event)
        for connection in tuple(self._connections):
            connection.offer(entry)
        if _changes_queue(told.event):
            self._counts_due.update(connection.user.id for connection in self._connections)

    def _told_of(self, entry: Entry) -> Told | None:
        if entry.seq not in self._told:
            event = read_event(entry)
            attention: Callable[[], AttentionSettings] = lambda: self._watch.current(AttentionSettings)  # noqa: E731
            self._told[entry.seq] = Told(entry.seq, event, attention) if event else None
        return self._told[entry.seq]

    def _stream_wiped(self) -> None:
        self._told.clear()
        for connection in tuple(self._connections):
            connection.show("reset", reset_frame("unknown_cursor"))

    def _presence_changed(self, online: list[str]) -> None:
        self._show_all("presence", part("presence", PresenceData(online=online)).frame(None))

    def _link_changed(self) -> None:
        self._show_all("whatsapp", self._whatsapp_frame(), Permission.DASHBOARD_VIEW)

    def _health_changed(self) -> None:
        self._show_all("health", self._health_frame(), Permission.DASHBOARD_VIEW)

    async def _settings_changed(self, section: Section) -> None:
        if isinstance(section, OperationSettings):
            self._show_all("mode", self._mode_frame(), Permission.TOOLS_VIEW)

    async def customer_typing(self, hint: TypingSeen) -> None:
        """Show that a customer types."""
        self._typing(hint.contact_id, TypingData(contact_id=hint.contact_id, agent=None, typing=hint.typing), None)

    async def agent_typing(self, hint: AgentTyping) -> None:
        """Show colleagues that an agent types."""
        data = TypingData(contact_id=hint.contact_id, agent=agent_ref(hint.agent), typing=hint.typing)
        self._typing(hint.contact_id, data, hint.agent.id)

    def _typing(self, contact_id: str, data: TypingData, by: str | None) -> None:
        ticket = self._index.open_of(contact_id)
        frame = part("typing", data).frame(None)
        for connection in tuple(self._connections):
            user = connection.user
            if user.id != by and (user.may(Permission.OMNICHAT_ALL) or (ticket is not None and sees(user, ticket))):
                connection.show(f"typing:{contact_id}:{by}", frame)

    def notify(self, ticket: TicketView, notice: Part) -> None:
        """Show a notice to whoever attends a ticket, or to all who may take it while nobody does."""
        for connection in tuple(self._connections):
            user = connection.user
            concerned = ticket.assignee.id == user.id if ticket.assignee else sees(user, ticket)
            if concerned:
                connection.show(f"notice:{ticket.ticket_id}:{notice.data}", notice.frame(None))

    def _show_all(self, key: str, frame: str, permission: Permission = Permission.OMNICHAT_USE) -> None:
        for connection in tuple(self._connections):
            if connection.user.may(permission):
                connection.show(key, frame)

    def _whatsapp_frame(self) -> str:
        return part("whatsapp", self._link.view()).frame(None)

    def _health_frame(self) -> str:
        return part("health", self._health.view()).frame(None)

    def _mode_frame(self) -> str:
        view: BaseModel = operation_view(
            self._watch.current(OperationSettings), self._watch.revision(OperationSettings)
        )
        return part("mode", view).frame(None)

    # -- upkeep -------------------------------------------------------------------------------------------------------

    @property
    def watched(self) -> bool:
        """Whether anybody has a live socket here."""
        return bool(self._connections)

    async def keep_counts(self) -> None:
        """Run for ever: after changes tell each user the tabs' numbers."""
        while True:
            await asyncio.sleep(_COUNTS_EVERY_S)
            due, self._counts_due = self._counts_due, set()
            users = {connection.user.id: connection.user for connection in self._connections}
            await asyncio.gather(*(self._tell_counts(users[user_id]) for user_id in due & users.keys()))

    async def _tell_counts(self, user: User) -> None:
        try:
            page = await self._bus.ask(queue_query(user, "pending", limit=1), timeout_s=_ASK_LIMIT_S)
        except (Unavailable, Refusal) as error:
            log.debug("live_counts_late", reason=str(error))
            self._counts_due.add(user.id)
            return
        frame = part("counts", counts_view(page.counts)).frame(None)
        for connection in tuple(self._connections):
            if connection.user.id == user.id:
                connection.show("counts", frame)

    async def recheck_all(self) -> None:
        """Run for ever: end sockets whose session ended without a hint reaching us."""
        while True:
            await asyncio.sleep(_RECHECK_EVERY_S)
            await self._recheck(tuple(self._connections))

    async def sessions_changed(self, hint: SessionsChanged) -> None:
        """Look at a person's sockets at once."""
        await self._recheck(tuple(c for c in self._connections if c.user.id == hint.user_id))

    async def _recheck(self, connections: tuple[Connection, ...]) -> None:
        for connection in connections:
            staff = await self._sessions.find_by_id(connection.staff.session_id)
            if staff is None:
                connection.end(CloseCode.SESSION_ENDED)
                continue
            before, connection.staff = connection.user, staff
            if (before.role, before.departments) != (staff.user.role, staff.user.departments):
                connection.show("reset", reset_frame("permissions_changed"))
                self._show_states(connection)


def _changes_queue(event: Event) -> bool:
    return event.name.startswith("ticket_")
