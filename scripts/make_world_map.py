"""Draws static/maps/world.svg from the npm package `world-atlas` (Natural Earth, public domain).

    npm pack world-atlas && tar xzf world-atlas-*.tgz
    python scripts/make_world_map.py package

One `<path>` a country, its `id` the code of ISO 3166-1; states too small to be seen are dots. Areas that ISO
3166-1 has no code for, and Antarctica's ice, are not attributed to anybody: the former are plain land.
"""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from pathlib import Path

import pycountry

WIDTH = 1000
SOUTH, NORTH = -58.0, 84.0
# What is smaller than this on the map (in its units, squared) is drawn as a dot besides.
SMALLEST = 20.0
DOT = 3
CODES = {country.numeric: country.alpha_2 for country in pycountry.countries}
# Where places lie that Natural Earth counts to another country (longitude, latitude).
ELSEWHERE = {
    "BQ": (-68.3, 12.2), "BV": (3.4, -54.4), "CC": (96.8, -12.2), "CX": (105.6, -10.5), "GI": (-5.35, 36.1),
    "GP": (-61.5, 16.2), "MQ": (-61.0, 14.6), "RE": (55.5, -21.1), "SJ": (16.0, 78.5), "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5), "UM": (-177.4, 28.2), "YT": (45.2, -12.8),
}  # fmt: skip

Point = tuple[float, float]
Ring = list[Point]


def project(longitude: float, latitude: float) -> Point:
    """Return a place in the Equal Earth projection (Šavrič, Patterson, Jenny, 2018)."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    t2 = theta * theta
    t6 = t2**3
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(theta)
    x /= 3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1)
    return x, a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta


SCALE = WIDTH / (2 * project(180, 0)[0])
TOP = project(0, NORTH)[1]
HEIGHT = round((TOP - project(0, SOUTH)[1]) * SCALE)


def on_map(longitude: float, latitude: float) -> Point:
    """Return the coordinates of a place in the drawing."""
    x, y = project(longitude, latitude)
    return x * SCALE + WIDTH / 2, (TOP - y) * SCALE


def read(path: Path) -> dict[str, list[Ring]]:
    """Return the outlines of a TopoJSON file, projected, by code; areas without a code under an empty one."""
    topology = json.loads(path.read_text())
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * sx + tx, y * sy + ty))
        arcs.append(arc)

    def ring_of(indices: list[int]) -> Ring:
        ring: Ring = []
        for index in indices:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            ring += arc[1:] if ring else arc
        return ring

    outlines: dict[str, list[Ring]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = CODES.get(geometry.get("id", ""), "")
        polygons = geometry.get("arcs", []) if geometry["type"] == "MultiPolygon" else [geometry.get("arcs", [])]
        for polygon in polygons:
            ring = ring_of(polygon[0]) if polygon else []
            if not ring or max(latitude for _longitude, latitude in ring) < SOUTH or code == "AQ":
                continue
            longitude, latitude = ring[0]
            place = code
            if code == "FR" and longitude < -40 and latitude < 10:
                place = "GF"  # Drawn with France; ISO 3166-1 gives it a code.
            elif code == "RU" and 32 < longitude < 37 and latitude < 47:
                place = ""  # Natural Earth draws who holds Crimea; the hub does not say whose it is.
            outlines.setdefault(place, []).extend([on_map(*point) for point in piece] for piece in cut(ring))
    return outlines


def cut(ring: Ring) -> list[Ring]:
    """Return the pieces of an outline on this side of the 180th meridian and beyond it."""
    unrolled: Ring = []
    for longitude, latitude in ring:
        before = unrolled[-1][0] if unrolled else longitude
        unrolled.append((longitude + 360 * round((before - longitude) / 360), latitude))
    pieces = []
    for shift in (-360, 0, 360):
        piece = [(longitude + shift, latitude) for longitude, latitude in unrolled]
        piece = east_of(piece, -180)
        piece = [(-x, y) for x, y in east_of([(-x, y) for x, y in piece], -180)]
        pieces.append(piece)
    return [piece for piece in pieces if len(piece) > 2]


def east_of(ring: Ring, meridian: float) -> Ring:
    """Return the part of an outline east of a meridian (Sutherland and Hodgman's clipping)."""
    kept: Ring = []
    for (ax, ay), (bx, by) in zip(ring[-1:] + ring[:-1], ring, strict=True):
        if (ax >= meridian) != (bx >= meridian):
            kept.append((meridian, ay + (by - ay) * (meridian - ax) / (bx - ax)))
        if bx >= meridian:
            kept.append((bx, by))
    return kept


def signed_area(ring: Ring) -> float:
    """Return the area of an outline, below nothing when it runs counter-clockwise."""
    turned = ring[1:] + ring[:1]
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, turned, strict=True)) / 2


def area(ring: Ring) -> float:
    """Return the area of an outline."""
    return abs(signed_area(ring))


def middle(rings: list[Ring]) -> Point:
    """Return the middle of the largest outline."""
    ring = max(rings, key=area)
    xs, ys = [x for x, _y in ring], [y for _x, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def path_of(rings: list[Ring]) -> str:
    """Return outlines in SVG's words: whole units, relative steps, nothing twice."""
    parts = []
    for ring in rings:
        # All clockwise, as the dots are: what runs the other way would be a hole where both meet.
        points = [(round(x), round(y)) for x, y in (ring if signed_area(ring) > 0 else ring[::-1])]
        kept = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
        # Points on a straight line between their neighbours say nothing.
        number = 1
        while number < len(kept) - 1:
            (ax, ay), (bx, by), (cx, cy) = kept[number - 1 : number + 2]
            if (bx - ax) * (cy - ay) == (cx - ax) * (by - ay):
                del kept[number]
            else:
                number += 1
        if len(set(kept)) < 3:
            continue
        if kept[0] == kept[-1]:
            kept.pop()
        steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(kept)]
        text = "".join(f"{x}{y}" if y < 0 else f"{x} {y}" for x, y in [steps[0]])
        for x, y in steps[1:]:
            text += (f"{x}" if x < 0 else f" {x}") + (f"{y}" if y < 0 else f" {y}")
        parts.append(f"M{kept[0][0]} {kept[0][1]}l{text}z")
    return "".join(parts)


def dot(x: float, y: float) -> str:
    """Return a dot in SVG's words."""
    return f"M{round(x) - DOT} {round(y)}a{DOT} {DOT} 0 1 1 {2 * DOT} 0a{DOT} {DOT} 0 1 1-{2 * DOT} 0z"


def draw(coarse: dict[str, list[Ring]], fine: dict[str, list[Ring]]) -> str:
    """Return the drawing."""
    lines = []
    for code in sorted((set(CODES.values()) | {""}) - {"AQ"}):
        rings = coarse.get(code) or []
        text = path_of(rings)
        if code and sum(map(area, rings)) < SMALLEST:
            places = rings or fine.get(code, [])
            text += dot(*(middle(places) if places else on_map(*ELSEWHERE[code])))
        identifier = f' id="{code}"' if code else ""
        lines.append(f'<path{identifier} d="{text}"/>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
            "<!-- Drawn from Natural Earth (public domain, naturalearthdata.com) by scripts/make_world_map.py;",
            "     no position on borders. Equal Earth projection; ids are ISO 3166-1 codes. -->",
            '<g id="world">',
            *lines,
            "</g>",
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    package = Path(sys.argv[1])
    target = Path(__file__).parents[1] / "static" / "maps" / "world.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(draw(read(package / "countries-110m.json"), read(package / "countries-10m.json")))
