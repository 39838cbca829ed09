"""Start the network: ``python -m ispbot_sims.wa_network --port 8090 --data-dir ./wa``."""

import argparse
import signal
import sys
from pathlib import Path

import uvicorn

from ispbot_sims.wa_network.api.bodies import phone_list
from ispbot_sims.wa_network.api.phones import save_phone
from ispbot_sims.wa_network.app import build_app
from ispbot_sims.wa_network.core.network import Network


def main() -> None:
    """Read the arguments and serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="ispbot_sims.wa_network", description="A stand-in for WhatsApp.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--account", default="5493515550100", help="number of the company's own WhatsApp account")
    parser.add_argument("--account-name", default="Red Sur Internet")
    parser.add_argument("--contacts", type=Path, help="JSON list of {number, name, story}: customers to be on the page")
    parser.add_argument("--qr-speed", type=float, default=1.0, help="divides the lifetimes of QR codes")
    options = parser.parse_args()

    network = Network(options.data_dir, qr_speed=options.qr_speed)
    if options.account not in network.state.accounts:
        network.pairing.open_account(options.account, business=True, platform=None, name=options.account_name)
    if options.contacts is not None:
        for body in phone_list.validate_json(options.contacts.read_bytes()):
            save_phone(network, body, body.number or "")
    # uvicorn stops cleanly and then raises the signal again: leave with 0, as a supervisor expects.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        build_app(network),
        host=options.host,
        port=options.port,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=4 * 1024 * 1024,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
