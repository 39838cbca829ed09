"""When a link that is up and brings nothing is no longer believed, and what is then tried. Pure.

Health is the age of the last thing that arrived, not the socket's state (facts: peers, section 2 point 4). What age is too much
is learnt: of every hour of the week, in how many of its minutes something came. If each minute of a silence was usually
lively, the silence is a surprise of ``-ln`` of its chance; counting minutes and not messages keeps a burst from looking
like a habit. A quiet minute is learnt only when what ends the silence shows that the link had not withheld anything.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from math import log1p
from zoneinfo import ZoneInfo

HOURS = 7 * 24
SURPRISE_LIMIT = 14.0
"""A silence as rare as one in a million (e^14)."""
AT_LEAST_MINUTES = 5
DOUBT_MINUTES = 30
"""Counted as quiet in every hour: little experience makes no bold claims."""
REMEMBERED_MINUTES = 240
"""Four weeks of one hour; then the older ones fade."""

_NOTHING_YET = (0.0,) * HOURS


def hour_of_week(now: datetime, tz: ZoneInfo) -> int:
    """Return 0 (Monday 00:00-00:59 where the company is) to 167."""
    local = now.astimezone(tz)
    return local.weekday() * 24 + local.hour


@dataclass(frozen=True)
class Usual:
    """How lively each hour of the week is: minutes in which something came, of minutes watched."""

    lively: tuple[float, ...] = _NOTHING_YET
    watched: tuple[float, ...] = _NOTHING_YET

    def chance(self, hour: int) -> float:
        """Return the chance that something comes within a minute of this hour; never 1, and 0 where nothing was learnt."""
        return self.lively[hour] / (self.watched[hour] + DOUBT_MINUTES)

    def with_minutes(self, hour: int, *, lively: float = 0, quiet: float = 0) -> "Usual":
        """Return this with minutes of an hour added."""
        watched = self.watched[hour] + lively + quiet
        kept = min(1.0, REMEMBERED_MINUTES / watched)
        return Usual(
            _put(self.lively, hour, (self.lively[hour] + lively) * kept), _put(self.watched, hour, watched * kept)
        )


def _put(row: tuple[float, ...], place: int, value: float) -> tuple[float, ...]:
    return (*row[:place], value, *row[place + 1 :])


class Stage(IntEnum):
    """What has been tried against the present silence. Only something that arrives leads back to ``TRUSTED``."""

    TRUSTED = 0
    RECONNECTED = 1
    RESTARTED = 2
    ALERTED = 3


@dataclass(frozen=True)
class Silence:
    """The present silence. ``quiet`` are its minutes by hour, not learnt yet."""

    usual: Usual = Usual()
    stage: Stage = Stage.TRUSTED
    quiet: tuple[float, ...] = _NOTHING_YET
    heard: bool = False
    """Something came in this minute."""
    minutes: int = 0
    """Quiet minutes of the present connection."""
    surprise: float = 0.0

    @property
    def withheld(self) -> bool:
        """What came now, right after the connection was made anew because of the silence, had waited at WhatsApp."""
        return self.stage is not Stage.TRUSTED and self.minutes == 0

    def linked(self) -> "Silence":
        """The connection is a new one: whether it is silent is not known yet."""
        return replace(self, minutes=0, surprise=0.0)

    def arrived(self) -> "Silence":
        """Something came: the silence is over, and its minutes are learnt, unless WhatsApp had withheld what came."""
        usual = self.usual
        if not self.withheld:
            for hour, quiet in enumerate(self.quiet):
                if quiet:
                    usual = usual.with_minutes(hour, quiet=quiet)
        return Silence(usual=usual, heard=True)

    def minute_over(self, hour: int, *, connected: bool) -> "Silence":
        """Return this after one more minute; a higher ``stage`` than before is a step to take now, once."""
        if self.heard:
            return replace(self, usual=self.usual.with_minutes(hour, lively=1), heard=False)
        if not connected:
            return self  # nobody's silence
        after = replace(
            self,
            quiet=_put(self.quiet, hour, min(self.quiet[hour] + 1, REMEMBERED_MINUTES)),
            minutes=self.minutes + 1,
            surprise=self.surprise - log1p(-self.usual.chance(hour)),
        )
        if after.stage is Stage.ALERTED or after.minutes < AT_LEAST_MINUTES or after.surprise < SURPRISE_LIMIT:
            return after
        return replace(after, stage=Stage(after.stage + 1), minutes=0, surprise=0.0)
