"""What the WhatsApp link counts (Prometheus names and base units)."""

from prometheus_client import Counter, Gauge

from ispbot_contracts.whatsapp import SessionState

IN = Counter("ispbot_wa_messages_in_total", "Messages that arrived, by kind of content.", ["kind"])
IGNORED = Counter("ispbot_wa_messages_ignored_total", "Arrivals that concern nobody here, by why.", ["reason"])
RECEIPTS = Counter("ispbot_wa_receipts_total", "Receipts of our messages.", ["status"])
OUT = Counter("ispbot_wa_messages_out_total", "Messages sent, by kind of content.", ["kind"])
SENDS = Counter(
    "ispbot_wa_sends_total",
    "Ends of sends: confirmed, repeated, confirmed or corrected by a receipt, or the failure.",
    ["outcome"],
)
UNCONFIRMED = Gauge("ispbot_wa_sends_unconfirmed", "Messages that may have left and wait for a receipt.")
WAITING = Gauge("ispbot_wa_sends_waiting", "Sends that wait for their turn, by rank.", ["rank"])
NOTICES_DEFERRED = Counter("ispbot_wa_notices_deferred_total", "Notices asked to come again later, by why.", ["reason"])
COLD_USED = Gauge("ispbot_wa_cold_contacts_today", "People who never wrote that were written to today.")
COLD_PAUSED_UNTIL = Gauge(
    "ispbot_wa_cold_paused_until_timestamp_seconds", "Until when WhatsApp refuses people who never wrote."
)
MEDIA = Counter("ispbot_wa_media_total", "Files of received messages, by outcome.", ["outcome"])
MEDIA_PENDING = Gauge("ispbot_wa_media_pending", "Files that are not fetched yet.")
RECONNECTS = Counter("ispbot_wa_reconnects_total", "Times the link came back after a failure.")
LOOP_ALARMS = Counter("ispbot_wa_loop_alarms_total", "Times the link failed again and again.")
LEASE_HOLDER = Gauge("ispbot_wa_lease_holder", "1 for the process that holds the lease, as seen here.", ["holder"])
LEASE_FENCE = Gauge("ispbot_wa_lease_fence", "Fencing number of the lease while it is held here.")
LEASE_HELD = Gauge("ispbot_wa_lease_held", "1 in the process that serves the number.")
ARRIVALS_WAITING = Gauge("ispbot_wa_arrivals_waiting", "Arrivals taken from the link and not yet on the bus.")
SPOOL_WAITING = Gauge("ispbot_wa_spool_arrivals", "Arrivals written to the spool and not yet on the bus.")
SPOOL_BYTES = Gauge("ispbot_wa_spool_bytes", "Bytes of the arrivals in the spool that are not yet on the bus.")
SPOOL_OLDEST = Gauge(
    "ispbot_wa_spool_oldest_timestamp_seconds", "When the oldest arrival in the spool came; 0 when it is empty."
)
SPOOL_SYNCS = Counter("ispbot_wa_spool_syncs_total", "Times the spool was put on the disk.")
SPOOL_FAILURES = Counter("ispbot_wa_spool_failures_total", "Times the disk refused the spool.")
SPOOL_TORN = Counter("ispbot_wa_spool_torn_total", "Half-written last lines that were skipped: never acknowledged.")
SPOOL_DAMAGED = Counter("ispbot_wa_spool_damaged_total", "Damaged lines of spool files; the files are kept aside.")
SET_ASIDE = Counter("ispbot_wa_arrivals_set_aside_total", "Arrivals that could not be handled, by kind.", ["message"])
WITHOUT_LETTER = Counter(
    "ispbot_wa_arrivals_without_letter_total",
    "Arrivals set aside in a file (arrival-*.damaged) only: the bus had no room for their letter.",
)
SILENCE_STAGE = Gauge(
    "ispbot_wa_silence_stage",
    "What was tried against an unusual silence: 0 nothing, 1 a new connection, 2 a new term, 3 people were told.",
)
SILENCE_STEPS = Counter("ispbot_wa_silence_steps_total", "Steps taken against an unusual silence.", ["step"])
SILENCES_ENDED = Counter(
    "ispbot_wa_silences_ended_total",
    "How they ended: a new connection brought what was withheld, or it had been quiet.",
    ["how"],
)
LAST_ARRIVAL = Gauge(
    "ispbot_wa_last_arrival_timestamp_seconds", "When WhatsApp last sent anything (age = time() - this)."
)
_STATE = Gauge("ispbot_wa_session_state", "1 for the present state of the link.", ["state"])


def show_state(state: SessionState) -> None:
    """Show ``state`` as the present one."""
    for one in SessionState:
        _STATE.labels(one.value).set(1 if one is state else 0)
