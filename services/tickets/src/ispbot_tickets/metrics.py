"""What this service counts."""

from prometheus_client import Counter, Gauge

ARCHIVED = Counter(
    "ispbot_tickets_lines_archived_total", "Lines archived, by kind and direction.", ["kind", "direction"]
)
PARKED = Counter("ispbot_tickets_changes_parked_total", "Changes that came before their message, by kind.", ["change"])
ECHOES = Counter("ispbot_tickets_echoes_total", "Messages that were already archived under another id.")
REFUSED = Counter("ispbot_tickets_refused_total", "Agents' wishes refused, by code.", ["code"])
CONFLICTS = Counter(
    "ispbot_tickets_write_conflicts_total", "Writes repeated because somebody else was faster.", ["what"]
)
OPEN = Gauge("ispbot_tickets_open", "Open tickets, by status.", ["status"])
OLDEST_WAIT = Gauge("ispbot_tickets_oldest_wait_seconds", "How long the customer who waits longest has waited.")
