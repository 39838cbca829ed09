"""What became of a booking whose answer got lost."""

from ispbot_contracts.scheduler import BookingSettled, SettleBooking
from ispbot_scheduler.store import VisitStore, visit_id_of


async def settle_booking(query: SettleBooking, *, store: VisitStore) -> BookingSettled:
    """Return the visit; without one, see to it that a request still under way books nothing."""
    return BookingSettled(visit=await store.find_or_give_up(visit_id_of(query.booking_key)))
