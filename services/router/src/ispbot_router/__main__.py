"""Run the router: ``python -m ispbot_router``."""

from ispbot_router.bootstrap import bootstrap
from ispbot_router.desk import SECTIONS
from ispbot_runtime.service import run

if __name__ == "__main__":
    run("router", *SECTIONS, bootstrap=bootstrap)
