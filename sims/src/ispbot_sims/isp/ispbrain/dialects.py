"""Servers of different providers name the same things differently; nobody has shown us all of them."""

from enum import StrEnum

from ispbot_sims.isp.ispbrain.shapes import Json


class Dialect(StrEnum):
    """How customers are worded."""

    PLAIN = "plain"
    """Our defaults."""
    CELLPHONE = "cellphone"
    """One phone only, in ``cellphone``; the document is a ``cuit`` with hyphens, the name a ``fantasy_name``."""
    NESTED = "nested"
    """Everything in groups with Spanish names, single resources inside ``data``."""


def customer_in(dialect: Dialect, row: Json) -> Json:
    """Return a customer in a dialect."""
    match dialect:
        case Dialect.PLAIN:
            return row
        case Dialect.CELLPHONE:
            kept = {name: value for name, value in row.items() if name not in ("phone", "document", "name")}
            document = "".join(filter(str.isdigit, row["document"]))
            tax_id = f"20-{document}-3" if len(document) == 8 else row["document"]
            return kept | {"cellphone": row["cellphone"] or row["phone"], "cuit": tax_id, "fantasy_name": row["name"]}
        case Dialect.NESTED:
            return {
                "id": row["id"],
                "datos": {
                    "nombre_completo": row["name"],
                    "dni": row["document"],
                    "clave_portal": row["portal_password"],
                },
                "contacto": {
                    "celulares": [{"numero": phone} for phone in (row["cellphone"], row["phone"]) if phone],
                    "correo": row["email"],
                    "domicilio": row["address"],
                },
                "cuenta": {"saldo_actual": row["saldo"]},
                "connections": row["connections"],
            }
