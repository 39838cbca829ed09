"""``python -m ispbot_gateway_wa``: one gateway process."""

from ispbot_contracts.settings import CompanySettings, SendingSettings
from ispbot_gateway_wa.bootstrap import bootstrap_with
from ispbot_gateway_wa.environment import prepare_process
from ispbot_gateway_wa.settings import GatewaySettings
from ispbot_runtime.service import run

if __name__ == "__main__":
    config = GatewaySettings()
    prepare_process(config)
    run("gateway-wa", SendingSettings, CompanySettings, bootstrap=bootstrap_with(config), config=config)
