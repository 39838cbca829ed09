"""The WhatsApp link on the wire."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ispbot_contracts.whatsapp import SessionState
from ispbot_panel_api.shapes import Body, View

LinkState = Literal["connected", "waiting_qr", "disconnected"]


class QrView(View):
    """The code to draw and until when it works."""

    text: str
    seq: int
    expires_at: AwareDatetime


class AccountView(View):
    """The linked account. ``business`` is null while WhatsApp has not told the platform."""

    number: str
    name: str | None
    platform: str
    business: bool | None


class LinkView(View):
    """The link: the manual's three states, the precise one beside it, and why in Spanish."""

    state: LinkState
    substate: SessionState
    label: str
    reason: str | None
    since: AwareDatetime
    qr: QrView | None
    pair_code: str | None
    account: AccountView | None
    banned_until: AwareDatetime | None


class UnlinkBody(Body):
    """The second confirmation: the word itself."""

    confirm: Literal["DESVINCULAR"]


class PairCodeBody(Body):
    """The phone that will type the code, as people write it."""

    phone: Annotated[str, Field(min_length=6, max_length=30)]


class PairCodeView(View):
    """The code to type on the phone (``ABCD-EFGH``)."""

    code: str
