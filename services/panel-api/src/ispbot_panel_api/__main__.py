"""Run the panel API: ``python -m ispbot_panel_api``."""

from ispbot_contracts.settings import AttentionSettings, CompanySettings, OperationSettings, ZonesSettings
from ispbot_panel_api.bootstrap import bootstrap
from ispbot_panel_api.settings import PanelSettings
from ispbot_runtime.service import run

if __name__ == "__main__":
    run(
        "panel-api", CompanySettings, OperationSettings, AttentionSettings, ZonesSettings,
        bootstrap=bootstrap, config=PanelSettings(),
    )  # fmt: skip
