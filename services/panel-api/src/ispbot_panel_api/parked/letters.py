"""Use cases of Mensajes apartados."""

import json

from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.health.words import part_words
from ispbot_panel_api.parked.models import ParkedCount, ParkedDetail, ParkedPage, ParkedRow, ReplayedView, TryView
from ispbot_panel_api.parked.words import kind_words
from ispbot_panel_api.users.store import User
from ispbot_runtime.dead_letters import DeadLetter, DeadLetters
from ispbot_runtime.errors import Refusal

_BULK = 200
"""As many as one request replays; the answer says how many are left."""
_BODY_LIMIT = 100_000
_WHY = {
    "poison": "El servicio lo rechazó: no se puede procesar así.",
    "malformed": "No se pudo leer.",
    "unknown": "Es de un tipo que esta versión no conoce.",
    "failed": "Falló demasiadas veces.",
    "deadly": "El servicio se cayó varias veces al procesarlo.",
}


async def parked_page(letters: DeadLetters, *, service: str | None, before: int | None) -> ParkedPage:
    """Return a page of parked messages and how many each part has."""
    page = await letters.page(service=service, before=before)
    counts = sorted(page.by_service.items(), key=lambda item: (-item[1], item[0]))
    return ParkedPage(
        rows=[_row(letter) for letter in page.letters],
        next=page.next_before,
        total=page.total,
        services=[ParkedCount(service=name, part=part_words(name).name, count=count) for name, count in counts],
    )


async def parked_detail(seq: int, *, letters: DeadLetters, user: User, origin: Origin, audit: AuditLog) -> ParkedDetail:
    """Return one whole. It may show what a customer wrote, so who looked is on record. Raises NoSuchLetter."""
    async with audit.change("parked.inspect", actor=user, origin=origin, target=str(seq)):
        detail = await letters.inspect(seq)
    letter, text = detail.letter, _pretty(detail.body)
    return ParkedDetail(
        row=_row(letter),
        message_id=letter.message_id,
        correlation_id=letter.correlation_id,
        first_failed_at=letter.first_failed_at,
        last_failed_at=letter.last_failed_at,
        history=[TryView(at=one.at, replica=one.replica, reason=one.reason) for one in letter.history],
        body=text[:_BODY_LIMIT],
        truncated=len(text) > _BODY_LIMIT,
    )


async def replay_parked(seq: int, *, letters: DeadLetters, user: User, origin: Origin, audit: AuditLog) -> None:
    """Give one back to the part that parked it. Raises NoSuchLetter, NoSuchConsumer."""
    async with audit.change("parked.replay", actor=user, origin=origin, target=str(seq)):
        await letters.replay(seq, by=user.id)


async def discard_parked(seq: int, *, letters: DeadLetters, user: User, origin: Origin, audit: AuditLog) -> None:
    """Remove one for good; what it was stays on record, what it said does not. Raises NoSuchLetter."""
    letter = (await letters.inspect(seq)).letter
    before = _row(letter).model_dump(mode="json", include={"service", "message", "why", "tries", "parked_at"})
    async with audit.change("parked.discard", actor=user, origin=origin, target=str(seq), before=before):
        await letters.discard(seq, by=user.id)


async def replay_parked_of(
    service: str, *, letters: DeadLetters, user: User, origin: Origin, audit: AuditLog
) -> ReplayedView:
    """Give back what a part has parked, oldest first; one that can not be replayed stays."""
    replayed, problems = 0, []
    async with audit.change("parked.replay_service", actor=user, origin=origin, target=service) as entry:
        found = await _newest(letters, service)
        for letter in reversed(found):
            try:
                await letters.replay(letter.seq, by=user.id)
                replayed += 1
            except Refusal as refusal:
                problems.append(refusal.message)
        entry.after = {"replayed": replayed, "failed": len(problems)}
    total = (await letters.page(service=service, limit=1)).total
    return ReplayedView(replayed=replayed, failed=len(problems), left=total, message=problems[0] if problems else None)


async def _newest(letters: DeadLetters, service: str) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    before: int | None = None
    while len(found) < _BULK:
        page = await letters.page(service=service, before=before, limit=100)
        found += page.letters
        before = page.next_before
        if before is None:
            break
    return found[:_BULK]


def _row(letter: DeadLetter) -> ParkedRow:
    return ParkedRow(
        seq=letter.seq,
        service=letter.service,
        part=part_words(letter.service).name,
        message=letter.message,
        kind_text=kind_words(letter.message),
        subject_kind=".".join(letter.subject.split(".")[:3]),
        why=letter.why,
        why_text=_WHY.get(letter.why, _WHY["failed"]),
        reason=letter.reason,
        tries=letter.tries,
        replays=letter.replays,
        parked_at=letter.parked_at,
    )


def _pretty(body: bytes) -> str:
    text = body.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
