"""What the adapter counts."""

from prometheus_client import Counter, Gauge, Histogram

from ispbot_runtime.metrics import FAST

REQUESTS = Counter(
    "ispbot_crm_requests_total",
    "Requests to the management system, by outcome (ok or the code of the failure).",
    ["vendor", "operation", "outcome"],
)
REQUEST_SECONDS = Histogram(
    "ispbot_crm_request_seconds", "Time of one request to the management system.", ["vendor", "operation"], buckets=FAST
)
BILLED = Counter(
    "ispbot_crm_billed_requests_total",
    "Requests really sent to a system that charges for them beyond a monthly allowance.",
    ["vendor"],
)
BREAKER = Gauge("ispbot_crm_breaker_state", "Of the system in force: 0 closed, 1 half open, 2 open.", ["vendor"])
ANSWERS = Counter(
    "ispbot_crm_answers_total",
    "Answers given, by where they came from (live, recent, directory, stale, none).",
    ["query", "source"],
)
DIRECTORY_CUSTOMERS = Gauge("ispbot_crm_directory_customers", "Customers in the local directory.", ["vendor"])
INDEX_CUSTOMERS = Gauge(
    "ispbot_crm_index_customers", "Customers held in this process's memory, 0 while the database answers."
)
DIRECTORY_SYNCS = Counter("ispbot_crm_directory_syncs_total", "Directory refreshes, by outcome.", ["vendor", "outcome"])
WRITES = Counter(
    "ispbot_crm_writes_total", "Writes into the system that ended (done, refused, unknown).", ["kind", "outcome"]
)
METER_USED = Gauge("ispbot_crm_meter_used", "Charged requests of the present period, all replicas together.")
METER_ALLOWANCE = Gauge("ispbot_crm_meter_allowance", "Requests that the period includes, 0 while unknown.")
