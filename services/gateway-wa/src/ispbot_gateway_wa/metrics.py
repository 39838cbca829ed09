"""What the WhatsApp link counts (Prometheus names and base units)."""

from prometheus_client import Counter, Gauge

from ispbot_contracts.whatsapp import SessionState

IN = Counter("ispbot_wa_messages_in_total", "Messages that arrived, by kind of content.", ["kind"])
IGNORED = Counter("ispbot_wa_messages_ignored_total", "Arrivals that concern nobody here, by why.", ["reason"])
RECEIPTS = Counter("ispbot_wa_receipts_total", "Receipts of our messages.", ["status"])
OUT = Counter("ispbot_wa_messages_out_total", "Messages sent, by kind of content.", ["kind"])
SENDS = Counter("ispbot_wa_sends_total", "Ends of sends: confirmed, repeated, unconfirmed or the failure.", ["outcome"])
UNCONFIRMED = Gauge("ispbot_wa_sends_unconfirmed", "Messages that may have left and wait for a receipt.")
WAITING = Gauge("ispbot_wa_sends_waiting", "Sends that wait for their turn.", ["priority"])
MEDIA = Counter("ispbot_wa_media_total", "Files of received messages, by outcome.", ["outcome"])
MEDIA_PENDING = Gauge("ispbot_wa_media_pending", "Files that are not fetched yet.")
RECONNECTS = Counter("ispbot_wa_reconnects_total", "Times the link came back after a failure.")
LOOP_ALARMS = Counter("ispbot_wa_loop_alarms_total", "Times the link failed again and again.")
LEASE_HELD = Gauge("ispbot_wa_lease_held", "1 in the process that serves the number.")
ARRIVALS_WAITING = Gauge("ispbot_wa_arrivals_waiting", "Arrivals taken from the link and not yet on the bus.")
LAST_ARRIVAL = Gauge(
    "ispbot_wa_last_arrival_timestamp_seconds", "When WhatsApp last sent anything (age = time() - this)."
)
_STATE = Gauge("ispbot_wa_session_state", "1 for the present state of the link.", ["state"])


def show_state(state: SessionState) -> None:
    """Show ``state`` as the present one."""
    for one in SessionState:
        _STATE.labels(one.value).set(1 if one is state else 0)
