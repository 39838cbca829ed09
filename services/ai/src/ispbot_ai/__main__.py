"""Run the ai service: ``python -m ispbot_ai``."""

from ispbot_ai.bootstrap import bootstrap
from ispbot_contracts.settings import AiSettings, CompanySettings
from ispbot_runtime.service import run

if __name__ == "__main__":
    run("ai", AiSettings, CompanySettings, bootstrap=bootstrap)
