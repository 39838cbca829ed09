"""Run the scheduler: ``python -m ispbot_scheduler``."""

from ispbot_contracts.settings import AgendaSettings, CompanySettings, ZonesSettings
from ispbot_runtime.service import run
from ispbot_scheduler.bootstrap import bootstrap

if __name__ == "__main__":
    run("scheduler", CompanySettings, AgendaSettings, ZonesSettings, bootstrap=bootstrap)
