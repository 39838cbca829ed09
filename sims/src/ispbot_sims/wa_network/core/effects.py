"""Contents that change an earlier message: reactions, edits and deletes."""

from ispbot_sims.wa_network.core.entities import SIDE_KINDS, Json, Msg, Refused
from ispbot_sims.wa_network.core.state import State

EDIT_WINDOW_MS = 20 * 60 * 1000


def apply_effect(state: State, message: Msg) -> Msg | None:
    """Apply a reaction, edit or delete to its target and return the target; None for any other content.

    Raises:
        Refused: the target is not there, is somebody else's, or is too old to edit.
    """
    if message.kind not in SIDE_KINDS:
        return None
    content = message.content
    target = state.chat(message.chat).get(content["target_id"])
    if target is None:
        raise Refused(400, f"no message {content['target_id']} in that chat")
    if message.kind == "reaction":
        _react(target, message.sender, content["emoji"])
    elif target.sender != message.sender:
        raise Refused(400, "only the sender edits or deletes a message")
    elif message.kind == "revoke":
        target.revoked = True
    else:
        _edit(target, message.ts_ms, content)
    state.save_message(target)
    return target


def _react(target: Msg, who: str, emoji: str) -> None:
    if emoji:
        target.reactions[who] = emoji
    else:
        target.reactions.pop(who, None)


def _edit(target: Msg, now_ms: int, content: Json) -> None:
    if target.revoked or now_ms - target.ts_ms > EDIT_WINDOW_MS:
        raise Refused(400, "too late to edit that message")
    word = "text" if target.kind == "text" else "caption"
    target.content = {**target.content, word: content["text"]}
    target.edited_ms = now_ms
