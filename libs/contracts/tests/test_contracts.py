"""The contracts: unannounced changes, old messages, ids, menus."""

import json
import re
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr, ValidationError

from ispbot_contracts.base import derive_id
from ispbot_contracts.catalogue import MESSAGES, QUERIES, message_type
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.generate import GOLDEN, schema_files, shared_models
from ispbot_contracts.settings import (
    CrmSettings,
    CrmVendor,
    IspbrainSettings,
    MenuAction,
    MenuNode,
    MikroWispSettings,
    SupportMenuSettings,
)
from ispbot_contracts.streams import STREAMS, stored_subject
from ispbot_contracts.whatsapp import SendMessage


def test_no_contract_changed_unannounced():
    stale = [path.name for path, text in schema_files().items() if not path.exists() or path.read_text() != text]
    assert not stale, "run python -m ispbot_contracts.generate and review the diff"


@pytest.mark.parametrize("name", sorted(shared_models()))
def test_every_message_ever_written_can_still_be_read(name):
    sample = json.loads((GOLDEN / "samples" / f"{name}.json").read_text())
    model = shared_models()[name].model_validate(sample)
    assert holds(json.loads(model.model_dump_json()), sample)


def holds(whole, part) -> bool:
    """Tell whether everything of ``part`` stands in ``whole``; fields added since are fine at any depth."""
    match part:
        case dict():
            return all(key in whole and holds(whole[key], value) for key, value in part.items())
        case list():
            return len(whole) == len(part) and all(map(holds, whole, part))
        case _:
            return bool(whole == part)


def test_an_older_reader_ignores_what_a_newer_writer_adds():
    sample = json.loads((GOLDEN / "samples" / "wa.cmd.send_message.json").read_text())
    assert SendMessage.model_validate(sample | {"added_next_year": 1}).id == sample["id"]


def test_what_a_customer_wrote_never_stands_in_an_error():
    with pytest.raises(ValidationError) as caught:
        SendMessage.model_validate_json('{"id": "m1", "contact_id": "MI CLAVE ES 1234"}')
    assert "contact_id" in str(caught.value)
    assert "1234" not in str(caught.value)


def test_names_on_the_bus_are_unique_and_their_owners_have_a_stream():
    assert len({(m.owner, m.flavour, m.name) for m in MESSAGES}) == len(MESSAGES)
    assert len({q.subject() for q in QUERIES}) == len(QUERIES)
    assert {m.owner for m in MESSAGES} <= {spec.owner for spec in STREAMS}


def send(**changes) -> SendMessage:
    return SendMessage.start(
        "m1", occurred_at=datetime(2026, 11, 23, tzinfo=UTC), contact_id="c1", content=TextContent(text="hola"),
        author=Author(kind=AuthorKind.BOT), **changes,
    )  # fmt: skip


def test_a_consequence_has_the_same_id_each_time_and_keeps_the_correlation():
    first, again = (send().model_copy() for _ in range(2))
    one = SendMessage.caused_by(first, "reply", contact_id="c1", content=TextContent(text="x"), author=first.author)
    two = SendMessage.caused_by(again, "reply", contact_id="c1", content=TextContent(text="x"), author=first.author)
    other = SendMessage.caused_by(first, "invoice", contact_id="c1", content=TextContent(text="x"), author=first.author)
    assert one.id == two.id != other.id
    assert (one.correlation_id, one.causation_id) == ("m1", "m1")


def test_stored_subjects_lead_back_to_their_type():
    assert send().subject == "wa.cmd.send_message.c1"
    assert message_type("wa.cmd.send_message.17.c1") is SendMessage
    assert message_type("wa.cmd.nobody_knows.17.c1") is None
    assert stored_subject("wa", "cmd", "send_message", 3) == "wa.cmd.send_message.3.*"


def test_a_key_with_a_dot_is_refused_before_it_reaches_the_bus():
    message = send().model_copy(update={"contact_id": "5493515550001@s.whatsapp.net"})
    with pytest.raises(ValueError, match="one token"):
        _ = message.subject


def test_derived_ids_do_not_mix_up_their_parts():
    assert derive_id("a", "bc") != derive_id("ab", "c")


class TestMenus:
    def test_the_default_menus_are_whole(self):
        nodes = list(SupportMenuSettings().root.walk())
        assert {MenuAction.BALANCE, MenuAction.INVOICE, MenuAction.CONNECTION, MenuAction.ADVISOR} <= {
            node.action for node in nodes
        }

    def test_a_submenu_without_options_is_refused(self):
        with pytest.raises(ValidationError, match="a submenu needs options"):
            MenuNode(node_id="a", label="A", action=MenuAction.SUBMENU)

    def test_repeated_option_ids_are_refused(self):
        child = MenuNode(node_id="a", label="A", action=MenuAction.BALANCE)
        with pytest.raises(ValidationError, match="repeat: a"):
            SupportMenuSettings(
                root=MenuNode(node_id="r", label="R", action=MenuAction.SUBMENU, children=[child, child])
            )


def test_a_secret_never_leaves_in_clear():
    settings = CrmSettings(
        vendor=CrmVendor.MIKROWISP, mikrowisp=MikroWispSettings(url="https://isp", token=SecretStr("s3cret"))
    )
    assert "s3cret" not in settings.model_dump_json()
    assert "s3cret" not in repr(settings)


class TestIspbrainForm:
    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"endpoints": {"by_phone": "/customers?filter[phone]=x"}}, '"{phone}" must be in by_phone'),
            ({"endpoints": {"by_document": "/customers?filter[d]={dni}"}}, '"{doc}" must be in by_document'),
            ({"endpoints": {"by_id": ""}}, "at least 1 character"),
            ({"endpoints": {"invoices": "/comprobantes?c={id}&p={phone}"}}, '"{phone}" is not known in invoices'),
            ({"endpoints": {"invoices": "https://other.example/{id}"}}, "is no path under the API"),
            ({"endpoints": {"promise": {"path": "/p", "body": {"a": ["{id}"]}}}}, '"{date}" must be in promise'),
            ({"endpoints": {"new_ticket": {"path": "/t", "body": {"t": "{title} {id} {x}"}}}}, '"{x}" is not known'),
            ({"fields": {"customer": {"name": "datos personales.."}}}, "is no path"),
            ({"fields": {"customer": {"code": "datos.Clave_Portal"}}}, "looks like a password"),
            ({"fields": {"connection": {"address": "x|wifi_key"}}}, "looks like a password"),
            ({"fields": {"customer": {"name": ""}}}, "at least 1 character"),
            ({"login": {"body": {"u": "{username}"}}}, '"{password}" must be in body'),
            ({"header": "X API"}, "is no name of a header"),
            ({"username": ""}, "needs username and password"),
            ({"auth": "api_key"}, "needs api_key"),
        ],
    )
    def test_a_mistake_is_named(self, wrong, words):
        form = {"url": "https://isp.ispbrain.io:4443", "username": "bot", "password": "s3cret"} | wrong
        with pytest.raises(ValidationError, match=re.escape(words)):
            IspbrainSettings.model_validate(form)

    def test_what_is_off_needs_nothing(self):
        endpoints = {"by_phone": "", "by_document": "", "invoices": "", "pending": "", "new_ticket": {"path": ""}}
        form = IspbrainSettings(
            url="isp.ispbrain.io", auth="api_key", api_key="k", header="X-API-Key", endpoints=endpoints
        )
        assert form.fields.customer.balance == "saldo"
        assert form.endpoints.promise.path == ""
