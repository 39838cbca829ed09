"""What a refusal says. Its form was not seen; these are the usual ones, JSON:API's among them."""

import json
from typing import Any

from ispbot_crm_adapter.adapters.ispbrain.paths import first_at

_WORDS = "errors.detail|errors.title|error.message|message|mensaje|error|errors|detail"


def said_in(body: bytes) -> str:
    """Return the words of a refusal; nothing when it has none (a web page has none)."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return _words(answer)


def refusal_under_success(answer: Any) -> str:
    """Return the words of a refusal that came under a good status, nothing when it is no refusal."""
    if not isinstance(answer, dict):
        return ""
    failed = (
        answer.get("errors") or answer.get("error") or answer.get("status") is False or answer.get("success") is False
    )
    return _words(answer) or "error" if failed else ""


def _words(answer: object) -> str:
    said = answer if isinstance(answer, str) else first_at(answer, _WORDS)
    return said.strip()[:200] if isinstance(said, str) else ""
