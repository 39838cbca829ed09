"""One line of a conversation and what can still happen to it: every change may come twice or late."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from ispbot_contracts.common import Author, AuthorKind, DeliveryStatus
from ispbot_contracts.content import Content, MediaContent, MediaInfo, TextContent, UndecryptableContent, text_of
from ispbot_contracts.tickets import ArchivedMessage, QuotedView

LineKind = Literal["message", "note", "event"]
Direction = Literal["in", "out"]
MediaState = Literal["none", "pending", "stored", "failed"]

MAX_REVISIONS = 20
_RANK: dict[str, int] = {"queued": 0, "failed": 1, "sent": 2, "delivered": 3, "read": 4}


@dataclass(frozen=True)
class Revision:
    """Words that were replaced, and when."""

    content: Content
    replaced_at: datetime


@dataclass(frozen=True)
class Edit:
    """The sender changed the words."""

    content: Content
    at: datetime
    from_me: bool
    kind: Literal["edit"] = "edit"


@dataclass(frozen=True)
class Deletion:
    """The sender deleted the message for everyone."""

    from_me: bool
    kind: Literal["deletion"] = "deletion"


@dataclass(frozen=True)
class Reaction:
    """An emoji of one side; empty removes it."""

    emoji: str
    from_me: bool
    kind: Literal["reaction"] = "reaction"


@dataclass(frozen=True)
class Receipt:
    """How far a message of ours got."""

    status: DeliveryStatus
    kind: Literal["receipt"] = "receipt"


@dataclass(frozen=True)
class MediaArrived:
    """The file is in the object store."""

    media: MediaInfo
    kind: Literal["media_arrived"] = "media_arrived"


@dataclass(frozen=True)
class MediaLost:
    """The file could not be fetched."""

    reason: str
    kind: Literal["media_lost"] = "media_lost"


Change = Annotated[Edit | Deletion | Reaction | Receipt | MediaArrived | MediaLost, Field(discriminator="kind")]


@dataclass(frozen=True)
class Draft:
    """A line before it has its place in the conversation."""

    message_id: str
    at: datetime
    kind: LineKind
    direction: Direction | None
    author: Author
    content: Content
    wa_id: str | None = None
    quoted: QuotedView | None = None
    status: DeliveryStatus | None = None
    failure: str | None = None
    client_id: str | None = None
    ticket_id: str | None = None
    """Given for lines of a certain ticket; else the open one's."""


@dataclass(frozen=True)
class Line:
    """A message, an internal note or an event of the ticket, at its place."""

    message_id: str
    contact_id: str
    seq: int
    at: datetime
    kind: LineKind
    direction: Direction | None
    author: Author
    content: Content
    media_state: MediaState
    version: int = 1
    wa_id: str | None = None
    quoted: QuotedView | None = None
    reactions: dict[str, str] = field(default_factory=dict)
    """By direction of who reacted."""
    revisions: tuple[Revision, ...] = ()
    deleted: bool = False
    media_failure: str | None = None
    status: DeliveryStatus | None = None
    failure: str | None = None
    ticket_id: str | None = None
    client_id: str | None = None
    cause: str | None = None
    """The id of the last message from the bus that changed this line."""

    @classmethod
    def place(cls, draft: Draft, *, contact_id: str, seq: int, ticket_id: str | None) -> "Line":
        """Give a draft its place."""
        return cls(
            message_id=draft.message_id,
            contact_id=contact_id,
            seq=seq,
            at=draft.at,
            kind=draft.kind,
            direction=draft.direction,
            author=draft.author,
            content=draft.content,
            media_state=media_state(draft.content),
            wa_id=draft.wa_id,
            quoted=draft.quoted,
            status=draft.status,
            failure=draft.failure,
            ticket_id=ticket_id,
            client_id=draft.client_id,
        )

    def change(self, change: Change) -> "Line":
        """Return the line after a change; the same line when there is nothing (more) to change."""
        match change:
            case Edit():
                return self._edited(change)
            case Deletion(from_me=from_me):
                return self if self.deleted or not self._is_senders(from_me=from_me) else replace(self, deleted=True)
            case Reaction(emoji=emoji, from_me=from_me):
                return self._reacted("out" if from_me else "in", emoji)
            case Receipt(status=status):
                return self.moved_to(status)
            case MediaArrived(media=media):
                return self._media_arrived(media)
            case MediaLost(reason=reason):
                lost = self.media_state == "pending"
                return replace(self, media_state="failed", media_failure=reason) if lost else self

    def moved_to(self, status: DeliveryStatus, *, failure: str | None = None) -> "Line":
        """Move the delivery status forward: queued, failed, sent, delivered, read. Never back.

        A receipt after a failure wins: what WhatsApp delivered has left after all.
        """
        if self.direction != "out" or _RANK[status] <= _RANK[self.status or "queued"]:
            return self
        return replace(self, status=status, failure=failure if status == "failed" else None)

    def sent_as(self, wa_id: str) -> "Line":
        """WhatsApp took the message under this id."""
        return replace(self.moved_to("sent"), wa_id=wa_id)

    def decrypted(self, content: Content, quoted: QuotedView | None) -> "Line":
        """Put the words of the second try in place of what could not be decrypted; what was edited meanwhile stays.

        The same line when it can be read already.
        """
        if isinstance(content, UndecryptableContent):
            return self
        if isinstance(self.content, UndecryptableContent):
            return replace(self, content=content, quoted=quoted, media_state=media_state(content))
        if not (self.revisions and isinstance(self.revisions[0].content, UndecryptableContent)):
            return self
        return replace(
            self,
            content=_with_new_words(content, self.content),
            quoted=quoted,
            media_state=media_state(content),
            revisions=(replace(self.revisions[0], content=content), *self.revisions[1:]),
        )

    def turned_out_as(self, words: str) -> "Line":
        """Show what could not be decrypted as an event, for it is no message. The same line when it can be read already."""
        if not isinstance(self.content, UndecryptableContent):
            return self
        content = TextContent(text=words)
        return replace(
            self, kind="event", direction=None, author=Author(kind=AuthorKind.SYSTEM), content=content, status=None
        )

    def view(self) -> ArchivedMessage:
        """Return the line as others see it."""
        return ArchivedMessage(
            message_id=self.message_id,
            contact_id=self.contact_id,
            seq=self.seq,
            version=self.version,
            at=self.at,
            kind=self.kind,
            direction=self.direction,
            author=self.author,
            content=self.content,
            wa_id=self.wa_id,
            quoted=self.quoted,
            reactions=[emoji for _, emoji in sorted(self.reactions.items())],
            edited=bool(self.revisions),
            deleted=self.deleted,
            media_state=self.media_state,
            media_failure=self.media_failure,
            status=self.status,
            failure=self.failure,
            ticket_id=self.ticket_id,
            client_id=self.client_id,
        )

    @classmethod
    def of_view(cls, view: ArchivedMessage) -> "Line":
        """Return the line that a fresh view shows (a line that was announced but not written yet)."""
        fields = {name: getattr(view, name) for name in ArchivedMessage.model_fields}
        del fields["reactions"], fields["edited"]
        return cls(**fields)

    def _is_senders(self, *, from_me: bool) -> bool:
        return self.kind == "message" and (self.direction == "out") == from_me

    def _edited(self, edit: Edit) -> "Line":
        content = _with_new_words(self.content, edit.content)
        same = content == self.content or any(revision.replaced_at == edit.at for revision in self.revisions)
        if same or not self._is_senders(from_me=edit.from_me):
            return self
        revisions = (*self.revisions, Revision(self.content, edit.at))[-MAX_REVISIONS:]
        return replace(self, content=content, revisions=revisions)

    def _reacted(self, side: Direction, emoji: str) -> "Line":
        if self.reactions.get(side, "") == emoji:
            return self
        others = {key: value for key, value in self.reactions.items() if key != side}
        return replace(self, reactions=others | ({side: emoji} if emoji else {}))

    def _media_arrived(self, media: MediaInfo) -> "Line":
        if not isinstance(self.content, MediaContent) or self.media_state == "stored":
            return self
        content = self.content.model_copy(update={"media": media})
        return replace(self, content=content, media_state="stored", media_failure=None)


def _with_new_words(old: Content, new: Content) -> Content:
    """An edit of a file changes its caption; the file stays."""
    return old.model_copy(update={"caption": text_of(new) or None}) if isinstance(old, MediaContent) else new


def media_state(content: Content) -> MediaState:
    """Tell whether a new line's file is already in the object store."""
    if not isinstance(content, MediaContent):
        return "none"
    return "stored" if content.media.object_key else "pending"
