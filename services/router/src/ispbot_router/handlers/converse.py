"""Answer one message of a customer whom the bot attends."""

from ispbot_contracts.content import (
    ChoiceContent,
    LocationContent,
    MediaContent,
    TextContent,
    UndecryptableContent,
)
from ispbot_router.domain import words
from ispbot_router.domain.session import Session, Step
from ispbot_router.domain.understand import Answered, Chosen, Meaning, NotUnderstood, Said, anywhere, understand
from ispbot_router.domain.words import Word
from ispbot_router.handlers.act import act
from ispbot_router.handlers.book_visit import take_place
from ispbot_router.handlers.check_coverage import take_location
from ispbot_router.handlers.hand_over import give_up_when_tried_enough
from ispbot_router.handlers.receive_file import receive_file
from ispbot_router.handlers.recognise import recognise
from ispbot_router.handlers.settle_visit import CONFIRM, settle_visit
from ispbot_router.handlers.show_menu import go_back, greet, greeting, show_main_menu
from ispbot_router.texts import identity, sales
from ispbot_router.texts import menus as texts
from ispbot_router.turn import Turn

_FREE_TEXT_TOKENS = {Step.DOCUMENT: "do:identify", Step.ADDRESS: "do:address"}


async def converse(turn: Turn) -> None:
    """Answer whatever was sent."""
    is_first = turn.session.step is Step.NEW
    if is_first:
        turn.crm_was_away = not await recognise(turn)
        turn.stand_at_main_menu()
    if not _may_confirm_again(turn.session):
        await settle_visit(turn)
    match turn.message.content:
        case TextContent(text=text) | ChoiceContent(text=text):
            await (_first_words if is_first else _hear)(turn, text)
        case LocationContent() as location:
            await _receive_place(turn, location, is_first=is_first)
        case MediaContent() as file:
            await _receive_media(turn, file, is_first=is_first)
        case UndecryptableContent():
            turn.say("send_again", texts.SEND_AGAIN)
        case _:
            turn.say("can_not_read", texts.CAN_NOT_READ)


async def _receive_place(turn: Turn, location: LocationContent, *, is_first: bool) -> None:
    if turn.session.step is Step.ADDRESS and turn.session.visit is not None:
        take_place(turn, location.position, location.address or location.name)
        await act(turn, "do:read_back")
        return
    if is_first:
        turn.lead = greeting(turn)
    take_location(turn, location.position)


async def _receive_media(turn: Turn, file: MediaContent, *, is_first: bool) -> None:
    match file.kind:
        case "audio" | "voice":
            turn.say("no_audio", texts.NO_AUDIO)
        case "sticker":
            if is_first:
                greet(turn)
        case _:
            if is_first:
                turn.lead = greeting(turn)
            await receive_file(turn, file.caption or "")


async def _first_words(turn: Turn, text: str) -> None:
    """The first words of a conversation: a greeting is answered with the menu, a wish is done at once."""
    wish = words.without_greeting(text)
    word = words.universal_word(wish) if wish else None
    if word in {Word.THANKS, Word.LEAVE, Word.PERSON}:
        await _say_word(turn, word)
        return
    meaning = anywhere(wish, turn.session, turn.menus) if wish and word is None else None
    match meaning:
        case Said(found):
            await _say_word(turn, found)
        case Chosen(token):
            turn.lead = greeting(turn)
            await act(turn, token)
        case _:
            greet(turn)


async def _hear(turn: Turn, text: str) -> None:
    meaning = understand(text, turn.session, turn.menus)
    if _may_confirm_again(turn.session) and _is_about_something_else(meaning):
        await settle_visit(turn)
    match meaning:
        case Chosen(token):
            turn.understood()
            await act(turn, token)
        case Said(word):
            turn.understood()
            await _say_word(turn, word)
        case Answered(answer):
            await act(turn, f"{_FREE_TEXT_TOKENS[turn.session.step]}:{answer}")
        case NotUnderstood(out_of_range=out_of_range):
            _misunderstood(turn, out_of_range=out_of_range)


def _may_confirm_again(session: Session) -> bool:
    """Tell whether *reintentar* books the unanswered visit once more; one of two contacts that became one may be another."""
    visit, unsettled = session.visit, session.unsettled
    another = visit is not None and unsettled is not None and visit.key != unsettled.key
    return session.retry == CONFIRM and not another


def _is_about_something_else(meaning: Meaning) -> bool:
    """Tell whether it leaves a visit that could not be booked and may be tried again."""
    match meaning:
        case Chosen(chosen):
            return chosen != "do:retry"
        case Said(word):
            return word not in {Word.RETRY, Word.THANKS}
        case _:
            return False


async def _say_word(turn: Turn, word: Word) -> None:
    match word:
        case Word.MENU:
            show_main_menu(turn)
        case Word.HELLO:
            account = turn.session.account
            turn.lead = texts.hello_again(account.name if account else None)
            show_main_menu(turn)
        case Word.PERSON:
            await act(turn, "do:person")
        case Word.BACK:
            await go_back(turn)
        case Word.LEAVE:
            turn.session = turn.session.begun_anew()
            turn.say("goodbye", texts.goodbye(turn.desk.company.name))
        case Word.THANKS:
            turn.say("thanks", texts.THANKS)
        case Word.SWITCH:
            await act(turn, "do:switch")
        case Word.RETRY if turn.session.retry is not None:
            await act(turn, "do:retry")
        case Word.RETRY:
            turn.lead = texts.NOTHING_TO_RETRY
            show_main_menu(turn)


def _misunderstood(turn: Turn, *, out_of_range: bool) -> None:
    if give_up_when_tried_enough(turn):
        return
    session = turn.session
    if session.step is Step.DOCUMENT:
        turn.say("not_understood", identity.NOT_A_DOCUMENT)
        return
    if session.step is Step.LOCATION:
        turn.say("not_understood", sales.ASK_LOCATION_AGAIN)
        return
    if not session.offered:
        turn.lead = texts.not_understood(session.misses, highest=None)
        show_main_menu(turn)
        return
    lead = texts.not_understood(session.misses, highest=len(session.offered) if out_of_range else None)
    back = None if session.step is Step.ACCOUNT or turn.is_home else texts.CANCEL if session.visit else texts.BACK
    turn.offer("not_understood", lead, list(session.offered), step=session.step, back=back)
