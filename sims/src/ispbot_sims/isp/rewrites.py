"""The same answers with their values written in another way, as servers of other ages and languages do."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ispbot_sims.isp.faults import FaultKind

_ID = re.compile(r"id|.*_id|id(cliente|factura)")
_WORDS = {"estado", "status", "status_user"}


def rewritten(body: bytes, kind: FaultKind | None) -> bytes:
    """Return the JSON with the values of ids or states rewritten."""
    return json.dumps(_rewrite(json.loads(body), REWRITES[kind], depth=0)).encode()


def _rewrite(value: Any, change: Callable[[str, Any, int], Any], *, depth: int) -> Any:
    if isinstance(value, list):
        return [_rewrite(one, change, depth=depth + 1) for one in value]
    if isinstance(value, dict):
        return {name: _rewrite(change(name, one, depth), change, depth=depth + 1) for name, one in value.items()}
    return value


def _padded(name: str, value: Any, _: int) -> Any:
    return f" 000{value}" if _is_id(name, value) else value


def _number(name: str, value: Any, _: int) -> Any:
    return int(value) if _is_id(name, value) else value


def _new_word(name: str, value: Any, depth: int) -> Any:
    """The outermost word says whether the question was answered at all."""
    return "en revisión" if depth and name in _WORDS and isinstance(value, str) else value


def _is_id(name: str, value: Any) -> bool:
    return bool(_ID.fullmatch(name.lower())) and not isinstance(value, bool) and str(value).isdigit()


REWRITES: Mapping[FaultKind | None, Callable[[str, Any, int], Any]] = {
    FaultKind.PADDED_IDS: _padded, FaultKind.NUMBER_IDS: _number, FaultKind.NEW_WORDS: _new_word,
}  # fmt: skip
