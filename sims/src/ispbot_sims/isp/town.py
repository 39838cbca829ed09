"""Where the demo provider serves: four zones of Córdoba capital with their streets and network nodes."""

from dataclasses import dataclass
from random import Random

Position = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""


@dataclass(frozen=True)
class Node:
    """A point of presence; its number is what management systems call router or node."""

    node_id: int
    name: str
    address: str
    model: str
    in_maintenance: bool = False


@dataclass(frozen=True)
class Zone:
    """A coverage zone: ``corners`` is a convex quadrilateral, clockwise from its north-west."""

    zone_id: str
    name: str
    corners: tuple[Position, Position, Position, Position]
    streets: tuple[str, ...]
    nodes: tuple[Node, ...]

    def somewhere(self, rng: Random) -> Position:
        """Return a position inside the zone, a little away from its border."""
        across, down = rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95)
        return self.at(across, down)

    def at(self, across: float, down: float) -> Position:
        """Return the position at fractions 0..1 of the way west to east and north to south."""
        north_west, north_east, south_east, south_west = self.corners
        north = _between(north_west, north_east, across)
        south = _between(south_west, south_east, across)
        lat, lng = _between(north, south, down)
        return round(lat, 6), round(lng, 6)


def _between(one: Position, other: Position, share: float) -> Position:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


CENTRO = Zone(
    "centro", "Centro",
    ((-31.4060, -64.1965), (-31.4055, -64.1735), (-31.4235, -64.1720), (-31.4245, -64.1950)),
    ("Bv. San Juan", "27 de Abril", "Deán Funes", "Caseros", "Av. Colón", "Av. General Paz", "Ituzaingó", "Obispo Trejo",
     "Rivera Indarte", "San Jerónimo", "Tucumán", "Independencia"),
    (Node(2, "Centro Torre", "10.10.2.1", "CCR2004"), Node(3, "Centro Sur", "10.10.3.1", "CCR2004")),
)  # fmt: skip
ZONA_NORTE = Zone(
    "zona-norte", "Zona Norte",
    ((-31.3400, -64.2560), (-31.3395, -64.2190), (-31.3700, -64.2180), (-31.3710, -64.2540)),
    ("Av. Rafael Núñez", "Recta Martinolli", "Av. Caraffa", "Mariano Larra", "Nepper", "Gauss", "Luis de Tejeda", "Copina",
     "Tycho Brahe", "Manuel Quintana", "Laplace"),
    (Node(4, "Cerro", "10.10.4.1", "CCR1036"), Node(5, "Argüello", "10.10.5.1", "CCR1036")),
)  # fmt: skip
VILLA_ELISA = Zone(
    "villa-elisa", "Villa Elisa",
    ((-31.4480, -64.2290), (-31.4475, -64.2010), (-31.4670, -64.2000), (-31.4680, -64.2270)),
    ("Los Aromos", "Las Violetas", "Pasaje Los Tilos", "Cacheuta", "Río Negro", "Los Jacarandaes", "Villa Cura Brochero",
     "Punta del Sauce", "Av. Fuerza Aérea"),
    (Node(6, "Villa Elisa Oeste", "10.10.6.1", "RB5009"), Node(7, "Villa Elisa Este", "10.10.7.1", "RB5009", in_maintenance=True)),
)  # fmt: skip
SAN_MARTIN = Zone(
    "san-martin", "Barrio San Martín",
    ((-31.3830, -64.2080), (-31.3825, -64.1850), (-31.4010, -64.1840), (-31.4020, -64.2070)),
    ("Av. Castro Barros", "Av. Monseñor Pablo Cabrera", "Alto Alegre", "Jujuy", "Góngora", "Calderón de la Barca", "Lavalleja",
     "Faustino Allende", "Bedoya", "Santa Ana"),
    (Node(8, "San Martín", "10.10.8.1", "CCR2004"), Node(9, "Las Palmas", "10.10.9.1", "RB5009")),
)  # fmt: skip

ZONES = (CENTRO, ZONA_NORTE, VILLA_ELISA, SAN_MARTIN)
NODES = tuple(node for zone in ZONES for node in zone.nodes)
