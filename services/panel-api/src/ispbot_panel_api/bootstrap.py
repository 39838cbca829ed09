"""Where the panel API's parts meet."""

from pathlib import Path

from ispbot_contracts.health import ServiceHealth
from ispbot_contracts.whatsapp import TypingSeen
from ispbot_panel_api.agents.presence import Presence
from ispbot_panel_api.app import build_api, build_app
from ispbot_panel_api.audit import log as audit
from ispbot_panel_api.auth import sessions, throttle
from ispbot_panel_api.auth.login import create_first_user
from ispbot_panel_api.auth.passwords import Passwords
from ispbot_panel_api.health.watch import HealthWatch
from ispbot_panel_api.live.feed import Feed
from ispbot_panel_api.live.hints import AgentTyping, PresenceSeen, SessionsChanged
from ispbot_panel_api.live.hub import Hub
from ispbot_panel_api.live.waiting import WaitingWatch
from ispbot_panel_api.media import uploads
from ispbot_panel_api.parts import Parts
from ispbot_panel_api.settings import PanelSettings
from ispbot_panel_api.users import store as users
from ispbot_panel_api.web.panel import INDEX
from ispbot_panel_api.whatsapp.link import LinkWatch
from ispbot_runtime.dead_letters import DeadLetters
from ispbot_runtime.mongo import ensure_indexes
from ispbot_runtime.service import Service


async def bootstrap(service: Service) -> None:
    """Wire the panel API."""
    config = service.config
    if not isinstance(config, PanelSettings):
        raise TypeError("panel-api runs with PanelSettings")
    await ensure_indexes(
        service.database,
        {part.COLLECTION: part.INDEXES for part in (users, sessions, throttle, audit, uploads)},
    )
    bus = service.bus
    user_store, passwords = users.UserStore(service.database), Passwords()
    await create_first_user(users=user_store, passwords=passwords)
    session_store = sessions.Sessions(service.database, user_store)
    presence, link, feed, health = Presence(bus), LinkWatch(bus), Feed(bus), HealthWatch()
    hub = Hub(
        bus=bus, feed=feed, watch=service.watch, sessions=session_store, presence=presence, link=link, health=health
    )
    await link.start()
    await feed.start()
    service.before_close(feed.stop)
    await bus.listen(TypingSeen, hub.customer_typing)
    await bus.listen(AgentTyping, hub.agent_typing)
    await bus.listen(SessionsChanged, hub.sessions_changed)
    await bus.listen(PresenceSeen, presence.heard)
    await bus.listen(ServiceHealth, health.heard)
    for work in (
        feed.watch,
        link.follow,
        link.watch_lease,
        presence.tell,
        health.watch,
        hub.keep_counts,
        hub.recheck_all,
    ):
        service.background(work(), work.__qualname__)
    service.background(WaitingWatch(bus=bus, watch=service.watch, hub=hub).run(), "waiting_watch")
    parts = Parts(
        bus=bus,
        settings=service.settings,
        watch=service.watch,
        media=service.media,
        users=user_store,
        sessions=session_store,
        passwords=passwords,
        throttle=throttle.Throttle(service.database),
        audit=audit.AuditLog(service.database),
        uploads=uploads.Uploads(service.database, service.media),
        link=link,
        presence=presence,
        hub=hub,
        allowed_origins=frozenset(config.panel_origins),
        push_url=config.push_url,
        health=health,
        letters=DeadLetters(bus),
    )
    api = build_api()
    api.state.parts = parts
    service.health.limits["panel"] = lambda: _panel_problem(config.panel_dist)
    service.app = build_app(api, health=service.health.routes(), panel=_built(config.panel_dist))


def _built(folder: Path | None) -> Path | None:
    return folder if folder is not None and (folder / INDEX).is_file() else None


def _panel_problem(folder: Path | None) -> str | None:
    if folder is None:
        return "ISPBOT_PANEL_DIST is not set: only the API is served"
    return None if _built(folder) else f"no {INDEX} in the folder of ISPBOT_PANEL_DIST"
