"""Run the CRM adapter: ``python -m ispbot_crm_adapter``."""

from functools import partial

from ispbot_crm_adapter.bootstrap import SECTIONS, bootstrap
from ispbot_crm_adapter.settings import CrmAdapterSettings
from ispbot_runtime.service import run

if __name__ == "__main__":
    config = CrmAdapterSettings()
    run("crm-adapter", *SECTIONS, bootstrap=partial(bootstrap, config=config), config=config)
