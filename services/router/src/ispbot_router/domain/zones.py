"""Which coverage zone a place lies in (shapely polygons, WGS 84 taken as a plane: zones are small)."""

from collections.abc import Iterable

import shapely
from shapely.geometry import Polygon

from ispbot_contracts.common import LatLng
from ispbot_contracts.settings import Zone

_MIN_VERTICES = 3


class ZoneMap:
    """The zones with a perimeter, ready to be asked. A place on the border is inside."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._drawn = [
            (zone, Polygon([(vertex.lng, vertex.lat) for vertex in zone.perimeter]))  # type: ignore[no-untyped-call]  # shapely has no types
            for zone in zones
            if len(zone.perimeter) >= _MIN_VERTICES
        ]
        for _, polygon in self._drawn:
            shapely.prepare(polygon)  # type: ignore[no-untyped-call]  # shapely has no types

    def __bool__(self) -> bool:
        return bool(self._drawn)

    def zones_at(self, place: LatLng) -> list[Zone]:
        """Return every zone that holds the place, those with service first."""
        inside = [zone for zone, polygon in self._drawn if _holds(polygon, place)]
        return sorted(inside, key=lambda zone: not zone.offers_service)

    def zone_at(self, place: LatLng | None) -> Zone | None:
        """Return the zone of the place, None when it lies in none (or no place is known)."""
        return next(iter(self.zones_at(place)), None) if place is not None else None


def _holds(polygon: Polygon, place: LatLng) -> bool:
    return bool(shapely.intersects_xy(polygon, place.lng, place.lat))  # type: ignore[no-untyped-call]  # shapely has no types
