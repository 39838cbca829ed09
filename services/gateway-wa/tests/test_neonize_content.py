"""Every kind of message of the real network has its content."""

import math

import pytest
from neonize.proto.waCommon import WACommon_pb2 as common
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import info, jid, message_event, source

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import UnsupportedContent
from ispbot_gateway_wa.adapters.neonize import failures
from ispbot_gateway_wa.adapters.neonize.content import body_of, context_of
from ispbot_gateway_wa.adapters.neonize.read import message_of
from ispbot_gateway_wa.failures import MediaCorrupt, MediaGone, MediaUnreachable, NotConnected, Rejected, SendUnknown
from ispbot_gateway_wa.inbound.records import from_record, to_record
from ispbot_gateway_wa.ports import Edited, Reacted, Revoked

CARD = "BEGIN:VCARD\nTEL;type=CELL:+54 9 351 555-0002\nEND:VCARD"
HALF = '{"id": "\\ud800"}'
FILE = {"mimetype": "x/y", "fileSHA256": b"\x01" * 32, "fileLength": 7, "mediaKey": b"k"}


def event(message: e2e.Message, **fields):
    lid = jid("1", "lid")
    return message_event(info("ID1", source(lid, lid, jid("", ""))), message, **fields)


def flow(params):
    response = e2e.InteractiveResponseMessage.NativeFlowResponseMessage(paramsJSON=params)
    return e2e.InteractiveResponseMessage(nativeFlowResponseMessage=response)


def content(**fields):
    return body_of(event(e2e.Message(**fields))).content


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"conversation": "hola"}, ("text", "hola")),
        ({"extendedTextMessage": e2e.ExtendedTextMessage(text="hola")}, ("text", "hola")),
        ({"buttonsResponseMessage": e2e.ButtonsResponseMessage(selectedButtonID="b1", selectedDisplayText="Saldo")}, ("choice", "Saldo")),
        ({"listResponseMessage": e2e.ListResponseMessage(title="Planes")}, ("choice", "Planes")),
        ({"templateButtonReplyMessage": e2e.TemplateButtonReplyMessage(selectedDisplayText="Sí")}, ("choice", "Sí")),
    ],
)  # fmt: skip
def test_words_and_choices(fields, expected):
    found = content(**fields)
    assert (found.kind, found.text) == expected


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"imageMessage": e2e.ImageMessage(**FILE)}, "image"),
        ({"videoMessage": e2e.VideoMessage(**FILE)}, "video"),
        ({"ptvMessage": e2e.VideoMessage(**FILE)}, "video"),
        ({"audioMessage": e2e.AudioMessage(**FILE)}, "audio"),
        ({"audioMessage": e2e.AudioMessage(**FILE, PTT=True, seconds=4)}, "voice"),
        ({"documentMessage": e2e.DocumentMessage(**FILE, fileName="a.pdf")}, "document"),
        ({"stickerMessage": e2e.StickerMessage(**FILE)}, "sticker"),
    ],
)
def test_files_carry_what_is_needed_to_fetch_them(fields, kind):
    said = body_of(event(e2e.Message(**fields)))
    assert (said.content.kind, said.content.media.size_bytes, said.content.media.sha256) == (kind, 7, "01" * 32)
    assert said.remote["sha256"] == "01" * 32


def test_a_view_once_picture_is_unwrapped():
    inner = e2e.Message(imageMessage=e2e.ImageMessage(**FILE, caption="una vez"))
    found = content(viewOnceMessageV2=e2e.FutureProofMessage(message=inner))
    assert (found.kind, found.caption) == ("image", "una vez")


def test_places_cards_polls_and_unknown_kinds():
    place = content(locationMessage=e2e.LocationMessage(degreesLatitude=-31.4, degreesLongitude=-64.2, name="Casa"))
    assert (place.position.lat, place.name, place.live) == (-31.4, "Casa", False)
    assert content(liveLocationMessage=e2e.LiveLocationMessage(degreesLatitude=1, degreesLongitude=2)).live
    cards = content(contactMessage=e2e.ContactMessage(displayName="Silvia", vcard=CARD)).cards
    assert (cards[0].name, cards[0].phones) == ("Silvia", ["+54 9 351 555-0002"])
    several = e2e.ContactsArrayMessage(
        contacts=[e2e.ContactMessage(displayName="A"), e2e.ContactMessage(displayName="B")]
    )
    assert [card.name for card in content(contactsArrayMessage=several).cards] == ["A", "B"]
    poll = e2e.PollCreationMessage(name="¿Cuándo?", options=[e2e.PollCreationMessage.Option(optionName="hoy")])
    assert content(pollCreationMessageV3=poll).options == ["hoy"]
    assert content(groupInviteMessage=e2e.GroupInviteMessage()).original == "groupInviteMessage"


def test_a_flow_answer_has_its_id_even_when_it_is_no_json():
    deep = "[" * 100_000
    for params, found in (
        ('{"id": "op2"}', "op2"),
        ("nonsense", ""),
        ("[]", ""),
        (deep, ""),
        ('{"id": %s}' % ("9" * 5000), ""),
    ):
        assert content(interactiveResponseMessage=flow(params)).choice_id == found


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"locationMessage": e2e.LocationMessage(degreesLatitude=91, degreesLongitude=0)}, "locationMessage"),
        ({"liveLocationMessage": e2e.LiveLocationMessage(degreesLatitude=math.nan, degreesLongitude=0)}, "liveLocationMessage"),
    ],
)  # fmt: skip
def test_values_that_make_no_sense_are_something_we_can_not_show(fields, kind):
    found = message_of(event(e2e.Message(**fields)), offline=False)
    assert found.body.content == UnsupportedContent(original=kind)
    assert from_record(to_record(found)) == found


def test_a_time_that_is_none_is_now():
    odd = event(e2e.Message(conversation="hola"))
    odd.Info.Timestamp = 2**62
    assert message_of(odd, offline=False).sent_at <= utc_now()


def test_edits_deletes_and_reactions():
    key = common.MessageKey(ID="OLD")
    edit = e2e.ProtocolMessage(
        key=key, type=e2e.ProtocolMessage.MESSAGE_EDIT, editedMessage=e2e.Message(conversation="bien")
    )
    edited = body_of(event(e2e.Message(protocolMessage=edit), edit=True))
    assert isinstance(edited, Edited)
    assert (edited.target_id, edited.content.text) == ("OLD", "bien")
    delete = e2e.ProtocolMessage(key=key, type=e2e.ProtocolMessage.REVOKE)
    assert body_of(event(e2e.Message(protocolMessage=delete))) == Revoked("OLD")
    reaction = e2e.ReactionMessage(key=key, text="👍")
    assert body_of(event(e2e.Message(reactionMessage=reaction))) == Reacted("OLD", "👍")


def test_what_people_never_see_is_no_message():
    keys = e2e.SenderKeyDistributionMessage(groupID="1@g.us")
    settings = e2e.ProtocolMessage(type=e2e.ProtocolMessage.EPHEMERAL_SETTING)
    for message in (
        e2e.Message(),
        e2e.Message(senderKeyDistributionMessage=keys),
        e2e.Message(protocolMessage=settings),
    ):
        assert message_of(event(message), offline=False) is None
    both = e2e.Message(senderKeyDistributionMessage=keys, conversation="hola")
    assert message_of(event(both), offline=True).body.content.text == "hola"


def test_what_is_quoted_is_found_wherever_it_is():
    context = e2e.ContextInfo(stanzaID="Q1")
    for message in (
        e2e.Message(extendedTextMessage=e2e.ExtendedTextMessage(text="x", contextInfo=context)),
        e2e.Message(imageMessage=e2e.ImageMessage(**FILE, contextInfo=context)),
    ):
        assert context_of(message).stanzaID == "Q1"
        assert message_of(event(message), offline=False).quoted_wa_id == "Q1"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("server returned error 463", Rejected),
        ("the store doesn't contain a device JID", NotConnected),
        ("timed out waiting for message send response", SendUnknown),
        ("something new", SendUnknown),
    ],
)
def test_send_errors_by_their_words(words, kind):
    assert isinstance(failures.of_send(words), kind)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("download failed with status code 410", MediaGone),
        ("hash of media ciphertext doesn't match", MediaCorrupt),
        ("dial tcp: timeout", MediaUnreachable),
    ],
)
def test_download_errors_by_their_words(words, kind):
    assert isinstance(failures.of_download(words), kind)
