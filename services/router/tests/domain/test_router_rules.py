"""Menus, hours, zones, the loop guard and the session's own moves."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.common import LatLng, Money
from ispbot_contracts.settings import (
    CompanySettings,
    MenuAction,
    MenuNode,
    OpeningHours,
    SalesMenuSettings,
    SupportMenuSettings,
    Zone,
)
from ispbot_router.domain.hours import BusinessHours, week_spans
from ispbot_router.domain.loop_guard import Answer, Limits, is_spent, repeats
from ispbot_router.domain.menu import Bot, Menus
from ispbot_router.domain.session import Account, Handover, Identity, Session, Step
from ispbot_router.domain.zones import ZoneMap
from ispbot_router.texts import figures
from ispbot_runtime.days_off import closed_days

CORDOBA = ZoneInfo("America/Argentina/Cordoba")
NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)


def menus(can=lambda node: True) -> Menus:
    return Menus(SupportMenuSettings().root, SalesMenuSettings().root, can)


class TestMenus:
    def test_an_option_that_can_not_be_done_is_not_shown(self):
        shown = menus(lambda node: node.action is not MenuAction.INVOICE)
        account = shown.find("support/account")
        assert [spot.node.node_id for spot in shown.children(account)] == [
            "balance", "payment", "payment_link", "promise", "billing_advisor",
        ]  # fmt: skip
        assert shown.find("support/invoice") is None

    def test_a_submenu_with_nothing_left_disappears(self):
        shown = menus(lambda node: node.action in {MenuAction.SALES_MENU, MenuAction.PLANS})
        assert [spot.node.node_id for spot in shown.children(shown.root(Bot.SUPPORT))] == ["more"]

    @pytest.mark.parametrize(
        ("node_id", "advisor"),
        [("account", "billing_advisor"), ("service", "support_advisor"), ("support", "advisor"), ("gone", "advisor")],
    )
    def test_the_nearest_advisor_is_the_one_of_the_submenu(self, node_id, advisor):
        spot = menus().advisor_near(Bot.SUPPORT, node_id)
        assert spot is not None
        assert spot.node.node_id == advisor

    def test_the_path_tells_where_an_option_stands(self):
        shown = menus()
        assert shown.path(shown.find("support/support_advisor")) == [
            "Problemas con mi servicio",
            "Hablar con soporte técnico",
        ]

    def test_a_menu_may_be_nested_to_any_depth(self):
        leaf = MenuNode(node_id="leaf", label="Hoja", action=MenuAction.TEXT, text="fin")
        for depth in range(30):
            leaf = MenuNode(node_id=f"n{depth}", label=f"Nivel {depth}", action=MenuAction.SUBMENU, children=[leaf])
        deep = Menus(leaf, SalesMenuSettings().root, lambda node: True)
        spot, height = deep.find("support/leaf"), 0
        while spot is not None:
            spot, height = deep.up(spot), height + 1
        assert height == 31


class TestHours:
    hours = BusinessHours(
        CORDOBA, CompanySettings().hours, closed_days(CompanySettings(extra_closed_days=[date(2026, 11, 25)]))
    )

    @pytest.mark.parametrize(
        ("local", "is_open"),
        [
            ((2026, 11, 24, 8, 59), False), ((2026, 11, 24, 9, 0), True), ((2026, 11, 24, 17, 59), True), ((2026, 11, 24, 18, 0), False),
            ((2026, 11, 28, 12, 0), True), ((2026, 11, 28, 13, 0), False), ((2026, 11, 29, 10, 0), False),
            ((2026, 11, 25, 10, 0), False), ((2026, 12, 8, 10, 0), False), ((2026, 12, 25, 10, 0), False),
        ],
    )  # fmt: skip
    def test_the_office_is_open_by_its_hours_holidays_and_days_off(self, local, is_open):
        assert self.hours.is_open(datetime(*local, tzinfo=CORDOBA)) is is_open

    def test_the_next_opening_skips_days_off(self):
        evening = datetime(2026, 11, 24, 20, tzinfo=CORDOBA)
        assert self.hours.next_opening(evening) == datetime(2026, 11, 26, 9, tzinfo=CORDOBA)

    def test_a_night_shift_ends_the_next_day(self):
        night = BusinessHours(CORDOBA, [OpeningHours(weekday=1, opens=time(20), closes=time(2))], lambda day: False)
        assert night.is_open(datetime(2026, 11, 25, 1, tzinfo=CORDOBA))
        assert not night.is_open(datetime(2026, 11, 25, 3, tzinfo=CORDOBA))

    def test_a_whole_day_is_open_all_day(self):
        always = BusinessHours(CORDOBA, [OpeningHours(weekday=1, opens=time(0), closes=time(0))], lambda day: False)
        assert always.is_open(datetime(2026, 11, 24, 23, 59, tzinfo=CORDOBA))
        assert figures.week(week_spans(always.hours)) == "mar las 24 h"

    def test_a_company_that_never_opens_has_no_next_opening(self):
        assert BusinessHours(CORDOBA, [], lambda day: False).next_opening(NOW) is None

    def test_the_week_is_told_in_few_words(self):
        assert figures.week(week_spans(CompanySettings().hours)) == "lun a vie de 9 a 18, sáb de 9 a 13"


class TestZones:
    centre = [LatLng(lat=0, lng=0), LatLng(lat=0, lng=2), LatLng(lat=2, lng=2), LatLng(lat=2, lng=0)]
    zones = ZoneMap([
        Zone(zone_id="plan", name="Futuro", perimeter=centre, offers_service=False),
        Zone(zone_id="centre", name="Centro", perimeter=centre[:3]),
        Zone(zone_id="list", name="Sin dibujar"),
    ])  # fmt: skip

    @pytest.mark.parametrize(
        ("lat", "lng", "zone"), [(0.5, 1.5, "centre"), (1, 1, "centre"), (1.5, 0.5, "plan"), (5, 5, None)]
    )
    def test_a_place_is_found_in_its_zone_and_service_comes_first(self, lat, lng, zone):
        found = self.zones.zone_at(LatLng(lat=lat, lng=lng))
        assert (found.zone_id if found else None) == zone

    def test_zones_without_perimeter_make_no_map(self):
        assert not ZoneMap([Zone(zone_id="list", name="Sin dibujar")])


class TestLoopGuard:
    limits = Limits(budget=3, same=2, window=timedelta(seconds=60))

    def answers(self, *digests: str) -> list[Answer]:
        return [Answer(NOW - timedelta(seconds=10), digest) for digest in digests]

    def test_the_budget_is_spent_by_answers_within_the_window_only(self):
        assert is_spent(self.answers("a", "b", "c"), NOW, self.limits)
        assert not is_spent(self.answers("a", "b", "c"), NOW + timedelta(seconds=60), self.limits)

    def test_the_same_answer_in_a_row_counts_and_another_one_between_breaks_the_row(self):
        assert repeats(self.answers("b", "a", "a"), "a", NOW, self.limits)
        assert not repeats(self.answers("a", "b", "a"), "a", NOW, self.limits)


class TestSession:
    def test_two_conversations_of_one_person_become_the_livelier_one(self):
        account = Account("1", "1", "Ana", None, None, None)
        old = Session(
            "keep",
            step=Step.MENU,
            last_at=NOW - timedelta(hours=1),
            identity=Identity(accounts=(account,), by="document"),
        )
        new = Session("gone", step=Step.LOCATION, last_at=NOW)
        merged = old.merged_with(new)
        assert (merged.contact_id, merged.step, merged.account) == ("keep", Step.LOCATION, account)

    def test_a_merged_conversation_is_with_people_when_either_was(self):
        held = Session("a", last_at=NOW - timedelta(days=1), handover=Handover("asked", NOW + timedelta(hours=3), "t1"))
        merged = Session("b", last_at=NOW).merged_with(held)
        assert merged.is_with_people(NOW)

    def test_after_a_merge_either_ticket_gives_the_chat_back(self):
        one = Session("a", last_at=NOW, handover=Handover("asked", NOW + timedelta(hours=1), "t1"))
        other = Session("b", last_at=NOW, handover=Handover("asked", NOW + timedelta(hours=2), "t2"))
        assert one.merged_with(other).handover == Handover("asked", NOW + timedelta(hours=2), None)
        assert one.merged_with(Session("b")).handover == one.handover

    def test_a_persons_word_never_shortens_the_pause(self):
        held = Session("a", handover=Handover("asked", NOW + timedelta(hours=3)))
        assert held.person_spoke(NOW + timedelta(hours=1)) is held

    def test_a_new_conversation_remembers_the_person_but_not_which_contract(self):
        accounts = tuple(Account(n, n, "Ana", None, None, None) for n in "12")
        anew = Session("a", step=Step.MENU, identity=Identity(accounts=accounts, chosen="2")).begun_anew()
        assert anew.identity.accounts == accounts
        assert anew.account is None


class TestFigures:
    @pytest.mark.parametrize(
        ("amount", "currency", "text"),
        [("18500", "ARS", "$ 18.500,00"), ("-500.5", "ARS", "$ 500,50"), ("1234567.891", "ARS", "$ 1.234.567,89"), ("10", "USD", "US$ 10,00"), ("10", "PYG", "PYG 10,00")],
    )  # fmt: skip
    def test_amounts_are_written_as_in_argentina(self, amount, currency, text):
        assert figures.money(Money(amount=Decimal(amount), currency=currency)) == text

    @pytest.mark.parametrize(
        ("minutes", "text"), [(0, "1 min"), (5, "5 min"), (120, "2 h"), (60 * 30, "30 h"), (60 * 72, "3 días")]
    )
    def test_ages_are_told_in_the_unit_that_fits(self, minutes, text):
        assert figures.age(timedelta(minutes=minutes)) == text

    @pytest.mark.parametrize(
        ("name", "first"),
        [("NÉLIDA CORREA", "Nélida"), ("Correa, Nélida", "Nélida"), ("McAna Díaz", "McAna"), ("", "")],
    )
    def test_people_are_called_by_their_first_name(self, name, first):
        assert figures.first_name(name) == first

    def test_dates_show_the_year_only_when_it_is_another_one(self):
        today = date(2026, 11, 24)
        assert (figures.short_date(date(2026, 11, 10), today), figures.short_date(date(2027, 1, 5), today)) == (
            "10/11",
            "05/01/2027",
        )
