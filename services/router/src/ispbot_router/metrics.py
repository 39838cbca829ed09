"""What the router counts besides what every service does."""

from prometheus_client import Counter

REPLIES = Counter("ispbot_router_replies_total", "Answers given to customers, by what they say.", ["kind"])
IDENTIFICATIONS = Counter(
    "ispbot_router_identifications_total",
    "Look-ups of who writes, by key (phone, document, number) and outcome (one, several, nobody, away, not_set_up).",
    ["by", "outcome"],
)
HANDOVERS = Counter(
    "ispbot_router_handovers_total",
    "Chats left to people, by cause (asked, file, receipt, not_understood, loop, phone, agent, ticket).",
    ["cause"],
)
GIVEN_BACK = Counter(
    "ispbot_router_given_back_total", "Chats given back to the bot, by cause (closed, expired).", ["cause"]
)
LOOP_TRIPS = Counter(
    "ispbot_router_loop_guard_trips_total", "Contacts silenced by the loop guard, by limit.", ["limit"]
)
SUPPRESSED = Counter(
    "ispbot_router_suppressed_total", "Customers' messages left unanswered because of the mode.", ["mode"]
)
LATE = Counter("ispbot_router_late_messages_total", "Messages that came too late to be answered as usual.")
TROUBLE = Counter(
    "ispbot_router_neighbour_trouble_total", "Customers told that a neighbour does not answer.", ["neighbour"]
)
REPEATED = Counter("ispbot_router_repeated_events_total", "Events delivered again, answered from memory.")
