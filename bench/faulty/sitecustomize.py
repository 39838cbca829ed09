"""Python imports this file before everything else when ``PYTHONPATH`` names this folder: only fault runs do.

It changes the services of that run from outside (``points``); the product has no switch for it.
"""

import os
import sys

_FOLDER = os.environ.get("ISPBOT_BENCH_FAULTS", "")
_MODULE = sys.orig_argv[2] if len(sys.orig_argv) > 2 and sys.orig_argv[1] == "-m" else ""

if _FOLDER and _MODULE == "ispbot_launcher":
    from ispbot_launcher import watch

    watch._STABLE_S = 0.0  # noqa: SLF001 - a service that is crashed on purpose again and again is no crash loop
elif _FOLDER and _MODULE.startswith("ispbot_") and not _MODULE.startswith("ispbot_sims"):
    from bench.faulty.points import install

    install(_FOLDER, _MODULE.removeprefix("ispbot_").replace("_", "-"))
