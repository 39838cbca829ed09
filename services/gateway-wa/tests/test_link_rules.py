"""The link's state machine and who is who, without any link."""

from datetime import UTC, datetime, timedelta

import pytest

from ispbot_contracts.whatsapp import SessionState, WaAccount
from ispbot_gateway_wa.domain.addresses import first_contact_id, kind_of, phone_digits, redacted
from ispbot_gateway_wa.domain.backoff import CAP_S, backoff_s
from ispbot_gateway_wa.domain.contacts import Contact, keeper_of
from ispbot_gateway_wa.domain.link import MAX_QR_ROUNDS, STABLE_AFTER, Link, on_fact
from ispbot_gateway_wa.domain.platforms import is_business
from ispbot_gateway_wa.ports import Banned, LinkDown, LinkUp, LoggedOut, Paired, QrEnded, Replaced

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = WaAccount(number="549", name=None, platform="smba", business=True)


def link(state: SessionState, **fields) -> Link:
    return Link(state, NOW, **fields)


def test_delays_grow_with_failures_and_never_pass_a_minute():
    for failures in range(40):
        assert 0 < backoff_s(failures) <= CAP_S
    assert backoff_s(0) < 1
    assert backoff_s(20) > 25


def test_a_connection_that_held_starts_counting_anew_and_one_that_did_not_goes_on():
    up = link(SessionState.CONNECTED, account=ACCOUNT, failures=4)
    quick = on_fact(up, LinkDown("network", heals=False), NOW + timedelta(seconds=1))
    held = on_fact(up, LinkDown("network", heals=False), NOW + STABLE_AFTER)
    assert (quick.link.failures, held.link.failures) == (5, 0)
    assert quick.link.state is held.link.state is SessionState.RECONNECTING
    assert quick.act == "reopen"


def test_a_link_that_heals_itself_is_left_alone():
    move = on_fact(link(SessionState.CONNECTED, account=ACCOUNT), LinkDown("network", heals=True), NOW)
    assert (move.act, move.link.state) == ("nothing", SessionState.RECONNECTING)


@pytest.mark.parametrize("fact", [LoggedOut("phone_unlinked"), Replaced()])
def test_ends_are_never_retried_and_later_noise_changes_nothing(fact):
    ended = on_fact(link(SessionState.CONNECTED, account=ACCOUNT), fact, NOW)
    assert ended.act == "close"
    assert ended.link.waits_for_a_person
    assert on_fact(ended.link, LinkDown("network", heals=False), NOW).act == "nothing"


def test_a_ban_reopens_exactly_at_its_end():
    until = NOW + timedelta(hours=3)
    move = on_fact(link(SessionState.CONNECTED, account=ACCOUNT), Banned("temporary_ban_101", until), NOW)
    assert (move.act, move.after_s, move.link.banned_until) == ("reopen", 3 * 3600.0, until)
    assert move.link.ban_lasts(NOW)
    assert not move.link.ban_lasts(until)


def test_rounds_of_codes_are_counted_until_a_pairing():
    state = link(SessionState.QR)
    for _ in range(MAX_QR_ROUNDS - 1):
        move = on_fact(state, QrEnded("timeout"), NOW)
        assert move.act == "reopen"
        state = move.link
    last = on_fact(state, QrEnded("timeout"), NOW)
    assert (last.act, last.link.reason) == ("close", "rounds_exhausted")
    assert on_fact(last.link, Paired(), NOW).link.rounds == 0


def test_the_restart_after_a_pairing_is_no_failure_but_a_second_loss_is():
    paired = on_fact(link(SessionState.QR), Paired(), NOW).link
    first = on_fact(paired, LinkDown("network", heals=False), NOW)
    assert (first.act, first.after_s, first.link.state) == ("reopen", 0.0, SessionState.PAIRING)
    second = on_fact(first.link, LinkDown("network", heals=False), NOW)
    assert second.after_s > 0


def test_only_a_known_regular_phone_is_refused():
    assert [is_business(platform) for platform in ("smba", "smbi", "android", "iphone", "", "web")] == [
        True, True, False, False, None, None,
    ]  # fmt: skip
    refused = on_fact(link(SessionState.PAIRING), LinkUp(ACCOUNT.model_copy(update={"business": False})), NOW)
    assert (refused.act, refused.link.state) == ("unlink", SessionState.NOT_BUSINESS)


def test_addresses_are_told_apart_and_a_lid_is_never_a_phone():
    assert [kind_of(one) for one in ("1@lid", "1@s.whatsapp.net", "1@g.us", "status@broadcast", "1@newsletter")] == [
        "lid", "phone", "group", "other", "other",
    ]  # fmt: skip
    assert phone_digits("5493515550001@lid") is None
    assert phone_digits("5493515550001:7@s.whatsapp.net") == "5493515550001"
    assert (
        redacted("no LID found for 5493515550001@s.whatsapp.net, code 463")
        == "no LID found for …@s.whatsapp.net, code 463"
    )


def test_a_contact_id_is_stable_and_names_nobody():
    assert first_contact_id("123@lid") == first_contact_id("123@lid") != first_contact_id("124@lid")
    assert "5493515550001" not in first_contact_id("5493515550001@s.whatsapp.net")


def test_who_wrote_to_us_is_kept_and_else_who_is_known_longer():
    old = Contact("a", frozenset({"1@s.whatsapp.net"}), NOW - timedelta(days=9))
    wrote = Contact("b", frozenset({"2@lid"}), NOW, has_written=True)
    young = Contact("c", frozenset({"3@lid"}), NOW)
    assert keeper_of(old, wrote) == keeper_of(wrote, old) == (wrote, old)
    assert keeper_of(young, old) == (old, young)


def test_an_answer_goes_where_they_last_wrote_from():
    both = frozenset({"1@lid", "549@s.whatsapp.net"})
    assert Contact("a", both, NOW).reply_to == "1@lid"
    assert Contact("a", both, NOW, chat="549@s.whatsapp.net").reply_to == "549@s.whatsapp.net"
    assert Contact("a", frozenset({"549@s.whatsapp.net"}), NOW).reply_to == "549@s.whatsapp.net"
