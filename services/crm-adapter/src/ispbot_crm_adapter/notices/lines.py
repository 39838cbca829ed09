"""The ledger's documents as others see them."""

from typing import Any

from ispbot_contracts.notices import NoticeFile, NoticeFound, NoticeLine, NoticeState, NoticeStep
from ispbot_crm_adapter.notices import texts
from ispbot_crm_adapter.notices.moves import FILES, NORMAL, URGENT
from ispbot_runtime.mongo import Document

LINE_FIELDS = (
    "received_at", "source", "source_id", "source_name", "phone", "customer_name", "text", "files", "file_urls", "urgent", "kind",
    "state", "reason", "lane", "due_at", "expires_at", "sent_at", "delivered_at", "read_at",
)  # fmt: skip


def line_of(document: Document) -> NoticeLine:
    """Return a line of the ledger."""
    waits = document.get("lane") in (FILES, URGENT, NORMAL)
    return NoticeLine(
        notice_id=document["_id"],
        received_at=document["received_at"],
        source=document["source"],
        source_id=document["source_id"],
        source_name=document["source_name"],
        phone=document["phone"],
        customer_name=document["customer_name"],
        text=document["text"],
        attachments=_files(document),
        urgent=document["urgent"],
        kind=document["kind"],
        state=NoticeState(document["state"]),
        reason=document["reason"],
        reason_text=texts.reason(document["reason"]),
        expires_at=document["expires_at"],
        next_try_at=document.get("due_at") if waits else None,
        sent_at=document.get("sent_at"),
        delivered_at=document.get("delivered_at"),
        read_at=document.get("read_at"),
    )


def found_of(document: Document) -> NoticeFound:
    """Return a notice with its history."""
    return NoticeFound(notice=line_of(document), timeline=[_step(one) for one in document["timeline"]])


def _files(document: Document) -> list[NoticeFile]:
    if not document["files"]:
        return [NoticeFile(url=url, name=None, stored=False, problem=None) for url in document["file_urls"]]
    return [_file(one) for one in document["files"]]


def _file(one: dict[str, Any]) -> NoticeFile:
    media, problem = one["media"], one["problem"]
    return NoticeFile(
        url=one["url"],
        name=media["name"] if media is not None else None,
        stored=media is not None,
        problem=texts.file_problem(problem) if problem is not None else None,
    )


def _step(one: dict[str, Any]) -> NoticeStep:
    state, reason = NoticeState(one["state"]), texts.reason(one["reason"])
    return NoticeStep(at=one["at"], state=state, reason=one["reason"], text=_told(texts.STATES[state], reason))


def _told(said: str, reason: str | None) -> str:
    """Return a state with its reason; some reasons say the state themselves."""
    if not reason:
        return said
    return reason if reason.startswith(said) else f"{said}. {reason}"
