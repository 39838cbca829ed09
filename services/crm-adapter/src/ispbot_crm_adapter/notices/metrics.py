"""What is counted of notices."""

from prometheus_client import Counter, Gauge

PUSHES = Counter(
    "ispbot_notice_pushes_total", "Messages pushed to us, by outcome (accepted or the refusal's code).", ["outcome"]
)
MOVES = Counter("ispbot_notice_moves_total", "Moves of notices in the ledger, by the state they came to.", ["state"])
REPUBLISHED = Counter(
    "ispbot_notices_republished_total", "Notices handed to the gateway once more for want of an outcome."
)
SENDING = Gauge("ispbot_notices_sending", "Notices in the hands of the gateway.")
FILES = Counter(
    "ispbot_notice_files_total",
    "Attachments looked for, by outcome (stored, link, or the failure's code).",
    ["outcome"],
)
ALTWHA = Counter(
    "ispbot_altwha_messages_total", "Messages of ISPBrain's queue, by outcome (pulled, refused, acked).", ["outcome"]
)
