"""The main job without a browser: real processes, a customer's phone, the panel's API."""

import asyncio
import json
import os
import signal

import httpx
import pytest

from ispbot_launcher.running import Running
from ispbot_runtime.testing import eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


async def ready(port: int) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def test_every_service_is_alive_ready_and_measured(running: Running):
    services = running.services()
    assert len(services) == 7
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        for service in services:
            base = f"http://127.0.0.1:{service.port}"
            assert (await http.get(f"{base}/healthz")).status_code == 200
            assert (await http.get(f"{base}/readyz")).json()["problems"] == {}
            metrics = (await http.get(f"{base}/metrics")).text
            assert "ispbot_bus_connected 1.0" in metrics


async def test_a_known_customer_gets_their_balance_and_invoice(linked):
    phone = linked.phone("5493515550001")
    await phone.say("hola")
    await phone.expect("Nélida", timeout_s=20)
    await phone.say("saldo")
    await phone.expect("18.500")
    await phone.say("factura")
    invoice = await phone.expect(lambda message: message.kind == "document", timeout_s=20)
    assert (await linked.download(invoice.media_url)).startswith(b"%PDF")


async def test_a_phone_with_two_contracts_is_asked_which(linked):
    phone = linked.phone("5493515550004")
    await phone.say("hola")
    asked = await phone.expect("1", timeout_s=20)
    assert "2" in asked.text


async def test_an_unknown_phone_is_recognised_by_document(linked):
    phone = linked.phone("5493515559999")
    await phone.say("hola")
    await phone.expect("cliente", timeout_s=20)
    await phone.say("ya soy cliente")
    await phone.expect("DNI")
    await phone.say("27333444")
    await phone.expect("Estela")


async def test_a_location_is_answered_with_its_zone(linked):
    phone = linked.phone("5493516000001")
    await phone.say("hola")
    await phone.expect(timeout_s=20)
    await phone.send_location(-31.4167, -64.1833)
    await phone.expect("Centro")


async def test_a_person_takes_over_and_gives_back(linked, admin):
    phone = linked.phone("5493515550002")
    await phone.say("hola")
    await phone.expect("Silvia", timeout_s=20)
    await phone.say("asesor")
    await phone.expect("Te responde una persona")
    rows = []

    async def in_queue() -> bool:
        rows[:] = [
            row
            for row in (await admin.get("/api/tickets", view="pending"))["rows"]
            if row["customer_name"] == "Silvia Quiroga"
        ]
        return bool(rows)

    await eventually(in_queue, timeout_s=20)
    ticket = f"/api/tickets/{rows[0]['id']}"
    await admin.send("POST", f"{ticket}/take")
    await admin.send("POST", f"{ticket}/reply", {"client_id": "01JTESTCLIENT0000000000001", "text": "Hola, te ayudo"})
    await admin.send("POST", f"{ticket}/reply", {"client_id": "01JTESTCLIENT0000000000001", "text": "Hola, te ayudo"})
    await phone.expect("te ayudo")
    await phone.say("menú")
    asked = await phone.say("gracias")

    async def archived() -> bool:
        page = await admin.get(f"{ticket}/messages")
        return any(message["text"] == "gracias" for message in page["messages"])

    await eventually(archived)
    await phone.expect_tick(asked, "delivered")
    await admin.send("POST", f"{ticket}/close", {"comment": "resuelto"})
    await phone.expect("menú", timeout_s=20)
    answers = [message.text for message in phone.inbox if message.text == "Hola, te ayudo"]
    assert len(answers) == 1, "the same client_id must reach the customer once"
    await phone.say("saldo")
    await phone.expect("Silvia", timeout_s=10)


async def test_what_decrypts_at_the_second_try_is_answered_and_shown_to_the_agent(linked, admin):
    phone = linked.phone("5493515550005")
    await phone.say("hola")
    await phone.expect("Julián", timeout_s=20)
    await linked.fault("second_try", phone=phone.number)
    await phone.say("asesor")
    await phone.expect("Te responde una persona", timeout_s=20)
    rows = []

    async def in_queue() -> bool:
        queue = await admin.get("/api/tickets", view="pending")
        rows[:] = [row for row in queue["rows"] if row["customer_name"] == "Julián Acosta"]
        return bool(rows)

    await eventually(in_queue, timeout_s=20)
    page = await admin.get(f"/api/tickets/{rows[0]['id']}/messages")
    assert [line["text"] for line in page["messages"] if line["author"]["kind"] == "customer"] == ["hola", "asesor"]
    assert len([seen for seen in phone.inbox if "No pude leer" in (seen.text or "")]) == 1
    assert len([seen for seen in phone.inbox if "Te responde una persona" in (seen.text or "")]) == 1


async def test_one_correlation_id_runs_from_the_phones_message_to_its_answer(linked, running: Running):
    phone = linked.phone("5493515550003")
    await phone.say("hola")
    await phone.expect("Rubén", timeout_s=20)

    def traces(service: str) -> set[str]:
        found = set()
        for line in running.log(service).splitlines():
            if '"correlation_id"' in line:
                found.add(json.loads(line)["correlation_id"])
        return found

    await eventually(lambda: bool(traces("gateway-wa") & traces("router") & traces("tickets")), timeout_s=10)


async def test_a_killed_router_comes_back_and_answers_what_came_meanwhile(linked, running: Running):
    phone = linked.phone("5493516000002")
    await phone.say("hola")
    await phone.expect(timeout_s=20)
    victim = running.part("router")
    os.kill(victim.pid, signal.SIGKILL)
    await phone.say("menú")
    await phone.expect(timeout_s=40)
    await eventually(lambda: running.part("router").restarts == victim.restarts + 1, timeout_s=20)
    await eventually(lambda: ready(running.part("router").port), timeout_s=20)


async def test_the_modes_decide_at_once_what_the_bot_does(linked, admin):
    phone = linked.phone("5493516000003")
    await phone.say("hola")
    await phone.expect(timeout_s=20)
    await admin.set_mode("GATEWAY_ONLY")
    ignored = await phone.say("hay alguien?")
    await phone.expect_tick(ignored, "delivered")
    await admin.set_mode("EMERGENCY")
    seen = len(phone.inbox)
    await phone.say("hola")
    await phone.expect("problemas técnicos")
    assert len(phone.inbox) == seen + 1
    await admin.set_mode("STOPPED")
    stopped = await phone.say("hola?")
    await phone.expect_tick(stopped, "delivered")
    await admin.set_mode("COMPLETE")
    await phone.say("menú")
    await phone.expect("planes", timeout_s=10)
    assert len(phone.inbox) == seen + 2


async def test_stopping_a_service_loses_nothing(linked, running: Running):
    phones = [linked.phone(f"549351610{number:04d}") for number in range(10)]
    await asyncio.gather(*(phone.say("hola") for phone in phones))
    for name in ("router", "gateway-wa", "tickets"):
        os.kill(running.part(name).pid, signal.SIGTERM)
    await asyncio.gather(*(phone.expect(timeout_s=60) for phone in phones))
    for name in ("router", "gateway-wa", "tickets"):
        await eventually(lambda name=name: ready(running.part(name).port), timeout_s=30)
