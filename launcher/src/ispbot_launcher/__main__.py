"""Entry point of ``python -m ispbot_launcher``, which the script ``./ispbot`` calls."""

import sys

from ispbot_launcher.cli import main

sys.exit(main(sys.argv[1:]))
