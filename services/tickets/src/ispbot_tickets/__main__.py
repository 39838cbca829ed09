"""``python -m ispbot_tickets``."""

from ispbot_contracts.settings import AttentionSettings, CompanySettings
from ispbot_runtime.service import run
from ispbot_tickets.bootstrap import bootstrap

if __name__ == "__main__":
    run("tickets", CompanySettings, AttentionSettings, bootstrap=bootstrap)
