"""Metrics of the ai service."""

from prometheus_client import Counter, Histogram

ANALYSES = Counter(
    "ispbot_ai_analyses_total", "Analyses done, by kind, provider and outcome.", ["kind", "provider", "outcome"]
)
ANALYSIS_SECONDS = Histogram("ispbot_ai_analysis_seconds", "Time of one analysis.", ["kind"])
