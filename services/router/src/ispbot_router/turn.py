"""One message of a customer being answered: the conversation as it changes, and what will be sent because of it."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.common import Author, AuthorKind, CustomerRef
from ispbot_contracts.content import Content, MediaContent, MediaInfo, TextContent, text_of
from ispbot_contracts.settings import MenuAction, NotifyGroup, Zone
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_router import metrics
from ispbot_router.desk import Desk
from ispbot_router.domain.menu import Bot, Menus, Spot
from ispbot_router.domain.session import Account, Choice, Session, Step
from ispbot_router.texts import menus as menu_texts
from ispbot_router.texts import people
from ispbot_runtime.phones import display_phone

BOT = Author(kind=AuthorKind.BOT)


@dataclass
class Turn:
    """Handlers read ``message`` and ``desk``, move ``session`` and add to ``outputs``."""

    message: MessageReceived
    session: Session
    desk: Desk
    now: datetime
    outputs: list[Message] = field(default_factory=list)
    lead: str = ""
    """Words that stand before the next thing said (a greeting, a confirmation)."""
    crm_was_away: bool = False
    """Customers' data could not be asked: the menu says so."""

    @property
    def menus(self) -> Menus:
        """The menus in force."""
        return self.desk.menus()

    @property
    def spot(self) -> Spot:
        """The submenu where the conversation stands."""
        return self.menus.at(self.session.bot, self.session.node_id)

    @property
    def is_home(self) -> bool:
        """Whether the main menu is on the screen, from where nothing leads back."""
        return self.session.step is Step.MENU and self.spot.parent is None and self.spot.bot is self.home.bot

    @property
    def home(self) -> Spot:
        """The main menu of customers, or of everybody else."""
        return self.menus.root(Bot.SUPPORT if self.session.identity.accounts else Bot.SALES)

    @property
    def account(self) -> Account:
        """The contract that is talked about. Raises LookupError when it was not asked first (``Spot.needs_account``)."""
        account = self.session.account
        if account is None:
            raise LookupError("no contract was chosen")
        return account

    @property
    def today(self) -> date:
        """The company's date."""
        return self.desk.local(self.now).date()

    @property
    def name(self) -> str:
        """How staff should see the contact."""
        accounts = self.session.identity.accounts
        account = self.session.account or (accounts[0] if accounts else None)
        phone = display_phone(self.message.phone) if self.message.phone else None
        return (account.name if account else None) or self.message.push_name or phone or people.NAMELESS

    @property
    def phone(self) -> str | None:
        """The contact's phone as people read it."""
        return display_phone(self.message.phone) if self.message.phone else None

    @property
    def contract(self) -> CustomerRef:
        """The contract that is talked about, as the other services name it. Raises LookupError as ``account`` does."""
        account, source = self.account, self.session.identity.source
        return CustomerRef(customer_id=account.customer_id, number=account.number, name=account.name, source=source)

    @property
    def customer(self) -> CustomerRef | None:
        """The contract that is talked about, when one is known."""
        return self.contract if self.session.account is not None else None

    @property
    def zone(self) -> Zone | None:
        """The coverage zone of the contact, when a place is known."""
        return self.desk.zones().zone_at(self.session.place)

    def say(self, kind: str, text: str) -> None:
        """Send words; what was asked before still stands."""
        self._send(kind, TextContent(text=self._with_lead(text)))

    def ask(self, kind: str, text: str, step: Step) -> None:
        """Ask for something that is not chosen from a list."""
        self.session = self.session.asked(step)
        self.say(kind, text)

    def offer(
        self,
        kind: str,
        text: str,
        choices: list[Choice],
        *,
        step: Step = Step.FOLLOW_UP,
        back: str | None = menu_texts.BACK,
    ) -> None:
        """Send words with numbered options under them."""
        self.session = self.session.asked(step, tuple(choices))
        self.say(kind, f"{text}\n\n{menu_texts.options([choice.label for choice in choices], back=back)}")

    def send_file(self, kind: str, media: MediaInfo, caption: str, choices: list[Choice]) -> None:
        """Send a document; its caption ends with numbered options."""
        self.session = self.session.asked(Step.FOLLOW_UP, tuple(choices))
        options = menu_texts.options([choice.label for choice in choices], back=menu_texts.BACK)
        self._send(kind, MediaContent(kind="document", media=media, caption=self._with_lead(f"{caption}\n\n{options}")))

    def tell_group(self, group: NotifyGroup | None, text: str, step: str) -> None:
        """Send a notice to a group of the staff, if one is set up."""
        if group is not None:
            self.outputs.append(group_notice(self.message, group, text, step))

    def follow_ups(self, *actions: MenuAction) -> list[Choice]:
        """Return what can be done next: the menus' own options for these actions, the nearest advisor for ADVISOR."""
        found = []
        for action in actions:
            if action is MenuAction.ADVISOR:
                spot = self.menus.advisor_near(self.session.bot, self.session.node_id)
            else:
                spot = self.menus.with_action(action, self.session.bot)
            if spot is not None:
                found.append(Choice(spot.token, spot.node.label))
        return found

    def stand_at_main_menu(self) -> None:
        """Put the main menu under what comes next, without showing it."""
        self.session = replace(self.session, bot=self.home.bot, node_id=self.home.node.node_id)

    def understood(self) -> None:
        """Forget earlier misses."""
        self.session = self.session.understood()

    def replies(self) -> list[SendMessage]:
        """Return what the customer will read because of this turn."""
        return [output for output in self.outputs if isinstance(output, SendMessage) and output.group is None]

    def drop_replies(self) -> None:
        """Take back what would have been said."""
        said = self.replies()
        self.outputs = [output for output in self.outputs if output not in said]

    def digest(self) -> str:
        """Return a short fingerprint of what will be said."""
        words = "\x1f".join(text_of(reply.content) for reply in self.replies())
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    def prepend(self, kind: str, text: str) -> None:
        """Send words before everything else of this turn."""
        self._send(kind, TextContent(text=text), first=True)

    def do_later(self, token: str) -> None:
        """Remember what to do once it is known who they are."""
        self.session = replace(self.session, pending=token)

    def _with_lead(self, text: str) -> str:
        lead, self.lead = self.lead, ""
        return f"{lead}\n\n{text}" if lead else text

    def _send(self, kind: str, content: Content, *, first: bool = False) -> None:
        message = SendMessage.caused_by(
            self.message, "before" if first else f"answer-{len(self.replies()) + 1}", occurred_at=self.now,
            contact_id=self.session.contact_id, content=content, author=BOT,
        )  # fmt: skip
        self.outputs.insert(0 if first else len(self.outputs), message)
        metrics.REPLIES.labels(kind).inc()


def group_notice(cause: Message, group: NotifyGroup, text: str, step: str) -> SendMessage:
    """Return a notice to a group of the staff; its ordering key comes from the group's address."""
    return SendMessage.caused_by(
        cause, f"group-{step}", contact_id=derive_id("group", group.address), group=group.address,
        content=TextContent(text=text), author=BOT, priority="notice",
    )  # fmt: skip
