"""Run the CRM adapter: ``python -m ispbot_crm_adapter``."""

from functools import partial

from ispbot_contracts.settings import CompanySettings, CrmSettings
from ispbot_crm_adapter.bootstrap import bootstrap
from ispbot_crm_adapter.settings import CrmAdapterSettings
from ispbot_runtime.service import run

if __name__ == "__main__":
    config = CrmAdapterSettings()
    run("crm-adapter", CompanySettings, CrmSettings, bootstrap=partial(bootstrap, config=config), config=config)
