"""Mensajes apartados: administrators only."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from ispbot_panel_api.parked import letters as use
from ispbot_panel_api.parked.models import ParkedDetail, ParkedPage, ReplayedView
from ispbot_panel_api.parts import OriginDep, ParkedManager, PartsDep
from ispbot_panel_api.shapes import Body, Done

router = APIRouter(prefix="/api/parked")

Seq = Annotated[int, Path(ge=1)]
ServiceName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class ReplayServiceBody(Body):
    """Whose messages to give back."""

    service: ServiceName


@router.get("")
async def list_parked(
    parts: PartsDep,
    _: ParkedManager,
    service: ServiceName | None = None,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> ParkedPage:
    """Return a page of parked messages, newest first."""
    return await use.parked_page(parts.letters, service=service, before=before)


@router.post("/replay")
async def replay_parked_of(
    body: ReplayServiceBody, parts: PartsDep, staff: ParkedManager, origin: OriginDep
) -> ReplayedView:
    """Give back what one part has parked, a bounded number at a time."""
    return await use.replay_parked_of(
        body.service, letters=parts.letters, user=staff.user, origin=origin, audit=parts.audit
    )


@router.get("/{seq}")
async def get_parked(seq: Seq, parts: PartsDep, staff: ParkedManager, origin: OriginDep) -> ParkedDetail:
    """Return one whole, with what it says."""
    return await use.parked_detail(seq, letters=parts.letters, user=staff.user, origin=origin, audit=parts.audit)


@router.post("/{seq}/replay")
async def replay_parked(seq: Seq, parts: PartsDep, staff: ParkedManager, origin: OriginDep) -> Done:
    """Give one back to the part that parked it."""
    await use.replay_parked(seq, letters=parts.letters, user=staff.user, origin=origin, audit=parts.audit)
    return Done(ok=True)


@router.post("/{seq}/discard")
async def discard_parked(seq: Seq, parts: PartsDep, staff: ParkedManager, origin: OriginDep) -> Done:
    """Remove one for good."""
    await use.discard_parked(seq, letters=parts.letters, user=staff.user, origin=origin, audit=parts.audit)
    return Done(ok=True)
