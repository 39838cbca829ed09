"""The endpoint served over HTTP and a gateway that settles what it is given."""

import hashlib
import os
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import uvicorn

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.settings import NoticeIntegration, NoticeSettings
from ispbot_contracts.whatsapp import NoticeSettled, ReceiptReceived, SendNotice
from ispbot_runtime.bus import Bus
from ispbot_sims.isp.push import Pusher

TOKEN = "clave-de-prueba-0123456789"


def notice_settings(**changes) -> NoticeSettings:
    integration = NoticeIntegration(
        integration_id="mikrowisp",
        name="MikroWisp",
        token_digest=hashlib.sha256(TOKEN.encode()).hexdigest(),
        created_at=utc_now(),
        **changes.pop("integration", {}),
    )
    return NoticeSettings(**({"integrations": [integration]} | changes))


@asynccontextmanager
async def served(app):
    """Serve an app on a free loopback port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off")
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            for listener in server.servers:
                listener.close()
            for connection in tuple(server.server_state.connections):
                connection.shutdown()


@contextmanager
def adapter_process(config, log_file, **environment):
    """Run the adapter as a process of its own, its log in a file; it ends with SIGKILL, as a crash does."""
    own = {
        "ISPBOT_NATS_URL": config.nats_url.get_secret_value(), "ISPBOT_MONGO_URI": config.mongo_uri.get_secret_value(),
        "ISPBOT_MONGO_PREFIX": config.mongo_prefix, "ISPBOT_SECRET_KEY": config.secret_key.get_secret_value(),
        "ISPBOT_DATA_DIR": str(log_file.parent),
    }  # fmt: skip
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ispbot_crm_adapter"], env=os.environ | own | environment, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


@dataclass
class SomeGateway:
    """Settles every notice as ``verdict`` says, and remembers what it was asked."""

    bus: Bus
    asked: list[SendNotice] = field(default_factory=list)
    phones: list[SendNotice] = field(default_factory=list)
    """What would be on the phones: each send key once."""
    verdict: str = "sent"
    reason: str | None = None
    retry_in: timedelta = timedelta(seconds=0)
    silent: bool = False

    async def send_notice(self, command: SendNotice):
        self.asked.append(command)
        if self.silent:
            return []
        if self.verdict == "sent" and command.notice_id not in {one.notice_id for one in self.phones}:
            self.phones.append(command)
        return [self.settled(command, self.verdict)]

    def settled(self, command: SendNotice, outcome: str, step: str = "settled") -> NoticeSettled:
        return NoticeSettled.caused_by(
            command, step, recipient_key=command.recipient_key, notice_id=command.notice_id, outcome=outcome,
            reason=self.reason, wa_id=self.wa_id(command) if outcome == "sent" else None, contact_id="c1",
            retry_at=utc_now() + self.retry_in if outcome == "deferred" else None,
        )  # fmt: skip

    @staticmethod
    def wa_id(command: SendNotice) -> str:
        return derive_id("wa", command.notice_id)[:20].upper()

    async def receipt(self, command: SendNotice, status: str) -> None:
        wa_id = self.wa_id(command)
        await self.bus.publish(
            ReceiptReceived.start(
                derive_id(wa_id, status), contact_id="c1", wa_ids=[wa_id], status=status, at=utc_now()
            )
        )


def pusher(http: httpx.AsyncClient, url: str, token: str = TOKEN, path: str = "/gw/send") -> Pusher:
    return Pusher(http, url + path, token)
