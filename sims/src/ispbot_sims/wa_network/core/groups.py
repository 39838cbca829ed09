"""Groups: made and changed on phones, told to the account's devices."""

import secrets

from ispbot_sims.wa_network.core.addresses import group_view
from ispbot_sims.wa_network.core.deliveries import Deliveries
from ispbot_sims.wa_network.core.entities import Group, Json, Refused
from ispbot_sims.wa_network.core.hub import Hub
from ispbot_sims.wa_network.core.state import State
from ispbot_sims.wa_network.core.views import name_of


class Groups:
    """Creates and changes groups."""

    def __init__(self, *, state: State, hub: Hub, deliveries: Deliveries) -> None:
        self._state = state
        self._hub = hub
        self._deliveries = deliveries

    def create(self, subject: str, members: list[str]) -> Group:
        """Make a group; the first member is its administrator. Unknown phones are made on first use.

        Raises:
            Refused: without a name or members.
        """
        if not subject.strip() or not members:
            raise Refused(400, "a group needs a name and members")
        numbers = [self._member(number) for number in dict.fromkeys(members)]
        group = Group(
            jid=f"120363{secrets.randbelow(10**12):012d}@g.us",
            subject=subject.strip(),
            created_ms=self._state.now_ms(),
            members={number: at == 0 for at, number in enumerate(numbers)},
        )
        self._state.save_group(group)
        self._tell(group, dict.fromkeys(numbers, "joined"))
        return group

    def change(self, jid: str, *, subject: str | None, add: list[str], remove: list[str]) -> Group:
        """Rename, add and remove members.

        Raises:
            Refused: no such group.
        """
        group = self._state.groups.get(jid)
        if group is None:
            raise Refused(404, f"no group {jid}", status=404)
        stay = set(group.members)
        if subject:
            group.subject = subject.strip()
        joined = {self._member(number): False for number in add if number not in group.members}
        group.members |= joined
        left = [number for number in remove if group.members.pop(number, None) is not None]
        self._state.save_group(group)
        self._tell(
            group, dict.fromkeys(stay, "updated") | dict.fromkeys(joined, "joined") | dict.fromkeys(left, "left")
        )
        return group

    def view(self, group: Group) -> Json:
        """A group as the API shows it."""
        members = [{"number": n, "name": name_of(self._state, n), "is_admin": a} for n, a in group.members.items()]
        return {"jid": group.jid, "subject": group.subject, "created_ms": group.created_ms, "members": members}

    def _member(self, number: str) -> str:
        return number if number in self._state.accounts else self._state.phone_or_new(number).number

    def _tell(self, group: Group, changes: dict[str, str]) -> None:
        for number, change in changes.items():
            if number in self._state.accounts:
                view = group_view(self._state, number, group)
                self._deliveries.put(number, {"t": "group_changed", "change": change, "group": view})
            else:
                self._hub.publish("group", phone=number, change=change, group=self.view(group))
