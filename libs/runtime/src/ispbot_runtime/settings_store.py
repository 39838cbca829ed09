"""Settings sections in the ``settings`` bucket: typed reads, compare-and-set writes, and a watch that is always current."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from ispbot_contracts.settings import CONTEXT_CIPHER, Section
from ispbot_contracts.streams import SETTINGS_BUCKET
from ispbot_runtime import metrics
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import RuntimeFailure
from ispbot_runtime.logs import get_logger
from ispbot_runtime.secrets import Cipher, KeyMismatch
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

SectionT = TypeVar("SectionT", bound=Section)
Changed = Callable[[Section], Awaitable[None]]


class SettingsConflict(RuntimeFailure):
    """Somebody else changed the section since it was read: read again and repeat the change."""


@dataclass(frozen=True)
class Stored(Generic[SectionT]):
    """A section with the revision that a change must name; revision 0 means never written (defaults)."""

    value: SectionT
    revision: int


class SettingsStore:
    """Reads and writes sections."""

    def __init__(self, bus: Bus, cipher: Cipher) -> None:
        self._bus = bus
        self._context = {CONTEXT_CIPHER: cipher}

    async def bucket(self) -> KeyValue:
        """Return the bucket."""
        return await self._bus.js.key_value(SETTINGS_BUCKET)

    def parse(self, section: type[SectionT], raw: bytes) -> SectionT:
        """Return the section of its stored form. Raises ValidationError or KeyMismatch."""
        return section.model_validate_json(raw, context=self._context)

    async def read(self, section: type[SectionT]) -> Stored[SectionT]:
        """Return the section in force. Raises ValidationError when the stored form is broken."""
        try:
            entry = await (await self.bucket()).get(section.section)
        except KeyNotFoundError:
            return Stored(section(), 0)
        return Stored(self.parse(section, entry.value or b"{}"), entry.revision or 0)

    async def write(self, value: Section, *, revision: int) -> int:
        """Store a section if it is still at ``revision``; returns the new revision. Raises SettingsConflict."""
        body = value.model_dump_json(context=self._context).encode()
        try:
            return await (await self.bucket()).update(value.section, body, last=revision)
        except KeyWrongLastSequenceError as error:
            raise SettingsConflict(f"section {value.section} is no longer at revision {revision}") from error


class SettingsWatch:
    """Keeps the sections a service needs current: in force within a second, no restart."""

    def __init__(self, store: SettingsStore, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._types: dict[str, type[Section]] = {}
        self._current: dict[str, Stored[Any]] = {}
        self._listeners: list[Changed] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self, *sections: type[Section]) -> None:
        """Read the sections and follow their changes."""
        self._types = {section.section: section for section in sections}
        for section in sections:
            self._current[section.section] = Stored(section(), 0)
        await self.reread()
        self._bus.after_reconnect(self.reread)
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            await cancel_all([self._task])

    def current(self, section: type[SectionT]) -> SectionT:
        """Return the section in force."""
        value: SectionT = self._current[section.section].value
        return value

    def revision(self, section: type[Section]) -> int:
        """Return the revision in force, 0 for defaults."""
        return self._current[section.section].revision

    def on_change(self, listener: Changed) -> None:
        """Call ``listener`` with the new section after each change."""
        self._listeners.append(listener)

    async def reread(self) -> None:
        """Read every section anew (after a reconnect a watch may lag)."""
        bucket = await self._store.bucket()
        for name in self._types:
            with suppress(KeyNotFoundError):
                entry = await bucket.get(name)
                await self._take(name, entry.value, entry.revision or 0)

    async def _follow(self) -> None:
        while True:
            try:
                watcher = await (await self._store.bucket()).watchall()
                async for entry in watcher:
                    if entry is not None and entry.key in self._types:
                        await self._take(entry.key, entry.value, entry.revision or 0)
            except NatsError as error:
                log.warning("settings_watch_lost", reason=str(error))
            await asyncio.sleep(0.5)

    async def _take(self, name: str, raw: bytes | None, revision: int) -> None:
        if revision <= self._current[name].revision:
            return
        try:
            value = self._store.parse(self._types[name], raw) if raw else self._types[name]()
        except (ValidationError, KeyMismatch) as error:
            metrics.SETTINGS_INVALID.labels(name).inc()
            log.error("settings_section_invalid", section=name, revision=revision, reason=type(error).__name__)
            return
        self._current[name] = Stored(value, revision)
        metrics.SETTINGS_REVISION.labels(name).set(revision)
        for listener in self._listeners:
            await listener(value)
