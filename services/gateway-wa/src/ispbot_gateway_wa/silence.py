"""Notices a link that is up and brings nothing, and tries in turn: a new connection, a new term, telling people. Never more."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import CompanySettings
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.domain.silence import Silence, Stage, Usual, hour_of_week
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.session import Session
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

COLLECTION = "silence"
_KEY = "main"
_MINUTE_S = 60.0
_SAVE_EVERY = 10
"""Minutes of learning that a kill may cost."""


class SilenceWatch:
    """One term's ear. What was learnt and tried is one document: a restart neither forgets it nor tries it again."""

    def __init__(
        self, *, database: Database, watch: SettingsWatch, session: Session, new_term: Callable[[], None],
        now: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self._rows = database[COLLECTION]
        self._watch = watch
        self._session = session
        self._new_term = new_term
        self._now = now
        self._silence = Silence()
        self._heard_at: datetime | None = None
        self._unsaved = 0
        self._saved_stage = Stage.TRUSTED

    @property
    def silence(self) -> Silence:
        """The present silence."""
        return self._silence

    @property
    def deaf_since(self) -> datetime | None:
        """When the last thing came, if everything was tried in vain since; None while the link is trusted."""
        return self._heard_at if self._silence.stage is Stage.ALERTED else None

    def limit(self) -> str | None:
        """Return what people must know, None while there is nothing."""
        since = self.deaf_since
        if since is None:
            return None
        return f"nothing has come from WhatsApp since {since:%Y-%m-%d %H:%M} UTC, unusual for this hour; a new connection and a restart changed nothing"

    async def recover(self) -> None:
        """Read what was learnt and what was tried."""
        row = await self._rows.find_one({"_id": _KEY})
        if row is None:
            return
        heard_at: datetime | None = row["heard_at"]
        self._heard_at = heard_at.replace(tzinfo=UTC) if heard_at is not None else None
        self._silence = Silence(Usual(tuple(row["lively"]), tuple(row["watched"])), Stage(row["stage"]))
        self._saved_stage = self._silence.stage
        metrics.SILENCE_STAGE.set(self._silence.stage)
        if self._heard_at is not None:
            metrics.LAST_ARRIVAL.set(self._heard_at.timestamp())

    # -- what the link shows ------------------------------------------------------------------------------------------

    def arrived(self) -> None:
        """The link brought a message, a receipt, an own message of the phone, anything but its own state."""
        self._heard_at = self._now()
        metrics.LAST_ARRIVAL.set(self._heard_at.timestamp())
        before = self._silence
        if before.heard:
            return
        self._silence = before.arrived()
        if before.stage is not Stage.TRUSTED:
            metrics.SILENCE_STAGE.set(Stage.TRUSTED)
            metrics.SILENCES_ENDED.labels("withheld" if before.withheld else "quiet").inc()
            log.warning("silence_over", stage=before.stage.name.lower(), withheld=before.withheld)

    def linked(self) -> None:
        """The link came up."""
        self._silence = self._silence.linked()

    # -- what follows -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run for the life of the term."""
        while True:
            await asyncio.sleep(_MINUTE_S)
            await self.minute()

    async def minute(self) -> None:
        """A minute is over: learn from it, and take the step that is due. The step is written down before it is taken."""
        before = self._silence.stage
        hour = hour_of_week(self._now(), self._watch.current(CompanySettings).tz)
        self._silence = self._silence.minute_over(hour, connected=self._session.connected.is_set())
        stage = self._silence.stage
        self._unsaved += 1
        if stage is not self._saved_stage or self._unsaved >= _SAVE_EVERY:
            await patiently("silence", self._save)
        if stage is not before and self._silence.stage is stage:  # nothing came while it was written
            await self._step(stage)

    async def _step(self, stage: Stage) -> None:
        metrics.SILENCE_STAGE.set(stage)
        metrics.SILENCE_STEPS.labels(stage.name.lower()).inc()
        last = self._heard_at.isoformat() if self._heard_at is not None else None
        log.error("silence", step=stage.name.lower(), last_arrival=last)
        if stage is Stage.RECONNECTED:
            await self._session.reconnect("silent")
        elif stage is Stage.RESTARTED:
            self._new_term()

    async def _save(self) -> None:
        kept = self._silence
        row = {
            "stage": int(kept.stage), "heard_at": self._heard_at,
            "lively": list(kept.usual.lively), "watched": list(kept.usual.watched),
        }  # fmt: skip
        await self._rows.update_one({"_id": _KEY}, {"$set": row}, upsert=True)
        self._unsaved, self._saved_stage = 0, kept.stage
