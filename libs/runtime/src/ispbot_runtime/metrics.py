"""Prometheus metrics that every service has (names and base units as Prometheus recommends)."""

from typing import Any, TypeVar

from prometheus_client import Counter, Gauge, Histogram

MetricT = TypeVar("MetricT", Counter, Gauge, Histogram)

_CHILDREN: dict[tuple[object, ...], Any] = {}


def child(metric: MetricT, *labels: str) -> MetricT:
    """Return ``metric.labels(*labels)``, looked up without its lock: for what every message counts."""
    key = (metric, *labels)
    found: MetricT | None = _CHILDREN.get(key)
    if found is None:
        found = _CHILDREN[key] = metric.labels(*labels)
    return found


FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

HANDLED = Counter(
    "ispbot_messages_handled_total",
    "Messages taken from the bus, by what became of them (done, retried, parked).",
    ["consumer", "message", "outcome"],
)
HANDLE_SECONDS = Histogram(
    "ispbot_message_handle_seconds", "Time to handle one message.", ["consumer", "message"], buckets=FAST
)
MESSAGE_AGE = Histogram(
    "ispbot_message_age_seconds",
    "Age of a message when its handling began.",
    ["consumer"],
    buckets=(*FAST, 60.0, 300.0, 3600.0),
)
IN_FLIGHT = Gauge("ispbot_messages_in_flight", "Messages being handled now.", ["consumer"])
LOG_LINES_LOST = Counter(
    "ispbot_log_lines_lost_total", "Log lines that standard output did not take, such as on a full disk."
)
PUBLISHED = Counter("ispbot_messages_published_total", "Messages acknowledged by the bus.", ["message"])
PUBLISH_RETRIES = Counter("ispbot_publish_retries_total", "Publishes tried again.", ["message"])
QUERIES = Counter(
    "ispbot_queries_total", "Questions asked, by outcome (ok, refused, unavailable).", ["query", "outcome"]
)
QUERY_SECONDS = Histogram("ispbot_query_seconds", "Time until a question was answered.", ["query"], buckets=FAST)
ANSWERED = Counter(
    "ispbot_queries_answered_total", "Questions answered, by outcome (ok, refused, error).", ["query", "outcome"]
)
OUTBOX_PENDING = Gauge("ispbot_outbox_pending", "Documents whose events are not published yet.", ["collection"])
SETTINGS_REVISION = Gauge("ispbot_settings_revision", "Revision of a settings section in force.", ["section"])
SETTINGS_INVALID = Counter("ispbot_settings_invalid_total", "Stored sections that could not be read.", ["section"])
BUS_CONNECTED = Gauge("ispbot_bus_connected", "1 while the bus connection is up.")
LAG = Gauge("ispbot_consumer_lag", "Messages of a consumer that are not done yet.", ["consumer", "partition"])
OLDEST = Gauge("ispbot_consumer_oldest_seconds", "Age of the oldest message that waits for a consumer.", ["consumer"])
DEAD_LETTERS = Gauge("ispbot_dead_letters", "Parked messages of a service.", ["service"])
FULL = Gauge("ispbot_bus_room_used_ratio", "Share in use of what must not fill up (alarm at 0.8).", ["what"])
