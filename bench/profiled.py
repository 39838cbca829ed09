"""Run a service's process under cProfile: ``python bench/profiled.py ispbot_router FILE``. The profile is written when it ends."""

import cProfile
import runpy
import sys


def main() -> None:
    """Run the module as ``python -m`` would, and keep the profile."""
    module, file = sys.argv[1:3]
    sys.argv = [module]
    profile = cProfile.Profile()
    profile.enable()
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        profile.disable()
        profile.dump_stats(file)


if __name__ == "__main__":
    main()
