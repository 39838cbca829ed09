"""``python -m ispbot_sims.isp``: the demo provider speaking MikroWisp's, ISPCube's and ISPBrain's APIs."""

import argparse

from ispbot_sims.isp.generate import GENERATED
from ispbot_sims.isp.server import DEFAULT_TOKEN, serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="ispbot_sims.isp", description="The demo Internet provider (MikroWisp, ISPCube and ISPBrain APIs)."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8950)
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="MikroWisp API token (default: %(default)s)")
    parser.add_argument("--radius", action="store_true", help="ISPCube tells who is online, as with RADIUS")
    parser.add_argument(
        "--generated", type=int, default=GENERATED, help="customers beside the named (default: %(default)s)"
    )
    args = parser.parse_args()
    serve(host=args.host, port=args.port, token=args.token, radius_online=args.radius, generated=args.generated)


if __name__ == "__main__":
    main()
