"""The two menus as a customer can walk them: visible options, what leads where, which words choose what.

A token names an option for ever (``support/balance``): what a customer was shown keeps its meaning while staff edit the menu.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ispbot_contracts.settings import MenuAction, MenuNode
from ispbot_router.domain.words import Option, normalise


class Bot(StrEnum):
    """Whom the bot talks to: known customers, or everybody else and who wants to buy."""

    SUPPORT = "support"
    SALES = "sales"


NEEDS_ACCOUNT = frozenset(
    {
        MenuAction.BALANCE, MenuAction.INVOICE, MenuAction.CONNECTION, MenuAction.BOOK_TECHNICAL, MenuAction.PAYMENT_LINK,
        MenuAction.PROMISE,
    }
)  # fmt: skip
"""Actions that make sense only for a customer we know."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An option in its menu. ``parent`` is None for the menu's root."""

    bot: Bot
    node: MenuNode
    parent: MenuNode | None

    @property
    def token(self) -> str:
        """The option's lasting name."""
        return f"{self.bot}/{self.node.node_id}"

    @property
    def needs_account(self) -> bool:
        """Whether we must know the customer first (support submenus are for customers)."""
        support_menu = self.bot is Bot.SUPPORT and self.node.action is MenuAction.SUBMENU
        return support_menu or self.node.action in NEEDS_ACCOUNT


class Menus:
    """Both menus without the options that ``can`` refuses; a submenu with nothing left disappears too."""

    def __init__(self, support: MenuNode, sales: MenuNode, can: Callable[[MenuNode], bool]) -> None:
        self._roots = {Bot.SUPPORT: support, Bot.SALES: sales}
        self._can = can
        self._spots: dict[str, Spot] = {}
        self._children: dict[str, tuple[Spot, ...]] = {}
        self._options: dict[str, Option] = {}
        for bot, root in self._roots.items():
            self._index(Spot(bot, root, None))

    def _index(self, spot: Spot) -> bool:
        node = spot.node
        if node.action is MenuAction.SUBMENU:
            below = [Spot(spot.bot, child, node) for child in node.children]
            children = tuple(child for child in below if self._index(child))
            self._children[spot.token] = children
            visible = bool(children) or spot.parent is None
        else:
            visible = self._can(node)
        if visible:
            self._spots[spot.token] = spot
            words = dict.fromkeys(normalise(text) for text in (node.label, *node.keywords))
            leaf = node.action is not MenuAction.SUBMENU
            self._options[spot.token] = Option(spot.token, tuple(word for word in words if word), leaf=leaf)
        return visible

    def find(self, token: str) -> Spot | None:
        """Return the option; None when it no longer exists or can not be done now."""
        return self._spots.get(token)

    def root(self, bot: Bot) -> Spot:
        """Return a menu's root."""
        return self._spots[f"{bot}/{self._roots[bot].node_id}"]

    def at(self, bot: Bot, node_id: str | None) -> Spot:
        """Return the submenu, or the menu's root when the submenu is gone."""
        spot = self._spots.get(f"{bot}/{node_id}")
        return spot if spot is not None and spot.node.action is MenuAction.SUBMENU else self.root(bot)

    def children(self, spot: Spot) -> tuple[Spot, ...]:
        """Return the visible options of a submenu, in order."""
        return self._children.get(spot.token, ())

    def up(self, spot: Spot) -> Spot | None:
        """Return the submenu above, None at the root."""
        return self._spots[f"{spot.bot}/{spot.parent.node_id}"] if spot.parent is not None else None

    def path(self, spot: Spot) -> list[str]:
        """Return the labels from below the root down to the option."""
        labels: list[str] = []
        at: Spot | None = spot
        while at is not None and at.parent is not None:
            labels.insert(0, at.node.label)
            at = self.up(at)
        return labels

    def option(self, token: str) -> Option | None:
        """Return the words that choose an option."""
        return self._options.get(token)

    def everything(self, first: Bot) -> Iterator[Option]:
        """Yield every option of both menus below the roots, those of ``first`` before the others'."""
        others = [bot for bot in Bot if bot is not first]
        for bot in (first, *others):
            root = self.root(bot).token
            yield from (option for token, option in self._options.items() if token.startswith(bot) and token != root)

    def with_action(self, action: MenuAction, first: Bot) -> Spot | None:
        """Return the first option that does ``action``, looking into the menu of ``first`` before the other."""
        found = [spot for spot in self._spots.values() if spot.node.action is action]
        return min(found, key=lambda spot: spot.bot is not first, default=None)

    def advisor_near(self, bot: Bot, node_id: str | None) -> Spot | None:
        """Return the advisor whom the present submenu offers, or the nearest one above it."""
        at: Spot | None = self.at(bot, node_id)
        while at is not None:
            for child in self.children(at):
                if child.node.action is MenuAction.ADVISOR:
                    return child
            at = self.up(at)
        return None
