"""Whole conversations, word by word: read the files in ``golden/`` as a customer would.

``ISPBOT_UPDATE_GOLDEN=1`` writes them anew; the difference is what reviewers read.
"""

import os
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"

STORIES = {
    "promesa_de_pago": ("5493515550001", None, ["hola", "pagar con un link", "promesa de pago", "2", "prometer un pago"]),
    "cliente_con_deuda": ("5493515550001", None, ["Hola!", "1", "1", "1", "volver", "cómo pago?", "menu", "2", "4", "1", "sí", "gracias", "asesor", "hola?"]),
    "cliente_sin_conexion": ("5493515550002", None, ["buenas, no tengo internet", "1", "1", "2", "otro horario", "1", "dale", "salir"]),
    "dos_contratos": ("5493515550004", None, ["cuánto debo?", "2", "cambiar cuenta", "San Martín 10", "factura", "2"]),
    "interesado": ("5493515559999", "Pepe", ["Buenos días, qué planes tienen?", "1", "vivo en el centro", "@centro", "2", "1", "San Juan 1234", "1", "promos"]),
    "cliente_desconocido": (None, None, ["hola", "6", "no lo sé", "27.333.444", "mi saldo", "qwerty", "asdfgh", "zxcvbn"]),
}  # fmt: skip


def indent(text: str, by: int) -> str:
    return "\n".join(" " * by * (n > 0) + line if line else "" for n, line in enumerate(text.split("\n")))


async def tell(phone, lines: list[str]) -> str:
    told = []
    for line in lines:
        if line.startswith("@"):
            await phone.sends_place(line[1:])
            told.append(f"CLIENTE ▸ 📍 (una ubicación en {line[1:]})")
        else:
            await phone.writes(line)
            told.append(f"CLIENTE ▸ {line}")
        told += [indent("BOT ▸ " + text, 6) for text in phone.texts]
        if not phone.texts:
            told.append("BOT (silencio)")
        told += [f"[ticket: {ticket.reason} → {ticket.department}]" for ticket in phone.tickets]
        told += [indent("[grupo] " + notice.content.text, 8) for notice in phone.notices]
    return "\n\n".join(told) + "\n"


@pytest.mark.parametrize("name", STORIES)
async def test_the_conversation_reads_as_reviewed(world, name):
    number, push_name, lines = STORIES[name]
    told = await tell(world.phone("c1", number, push_name), lines)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ISPBOT_UPDATE_GOLDEN"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")
