"""The demonstration's illustrations, drawn by program: flat shapes, one palette, soft grain, no text."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

type Point = tuple[float, float]
type Colour = tuple[int, int, int] | tuple[int, int, int, int]

WIDTH, HEIGHT = 1600, 1000
# Drawn larger and made smaller at the end, which smooths the edges that Pillow draws hard.
SCALE = 2
QUALITY = 85

INK = (20, 38, 45)
NIGHT = (7, 46, 56)
DEEP = (9, 74, 87)
TEAL = (11, 92, 107)
SEA = (52, 126, 136)
MIST = (143, 186, 187)
PALE = (206, 223, 216)
PAPER = (247, 241, 230)
SAND = (233, 214, 180)
DUNE = (209, 180, 137)
WOOD = (166, 125, 86)
BROWN = (104, 74, 56)
BLUSH = (232, 181, 147)
CLAY = (196, 108, 77)
RUST = (150, 73, 49)
GOLD = (233, 180, 88)
GLOW = (255, 233, 184)
SKINS = ((120, 78, 56), (188, 132, 96), (90, 58, 44), (222, 172, 138))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first[:3], second[:3], strict=True))
    return (red, green, blue)


def sheer(colour: Colour, opacity: float) -> Colour:
    """Return a colour that lets what is below shine through."""
    return (colour[0], colour[1], colour[2], round(255 * opacity))


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """Return a curve through points (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append(
                (
                    _between(before[0], start[0], end[0], after[0], t),
                    _between(before[1], start[1], end[1], after[1], t),
                )
            )
    return [*curve, points[-1]]


def _between(before: float, start: float, end: float, after: float, t: float) -> float:
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )


@lru_cache(maxsize=1)
def _noise() -> Image.Image:
    # The same on every run: the seed is fixed.
    tile = Image.frombytes("L", (640, 400), random.Random(8).randbytes(640 * 400))  # noqa: S311 - texture
    noise = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE))
    for left in range(0, noise.width, tile.width):
        for top in range(0, noise.height, tile.height):
            noise.paste(tile, (left, top))
    return noise


class Scene:
    """A picture in the making. Lengths are in pixels of the finished picture."""

    def __init__(self, *sky: Colour) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.image.paste(self._gradient(self.image.size, sky))
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    @staticmethod
    def _gradient(size: tuple[int, int], colours: Sequence[Colour], *, across: bool = False) -> Image.Image:
        length = 256
        last = len(colours) - 1
        strip = Image.new("RGB", (length, 1) if across else (1, length))
        for position in range(length):
            place = position / (length - 1) * last
            index = min(int(place), max(last - 1, 0))
            colour = mix(colours[index], colours[min(index + 1, last)], place - index)
            strip.putpixel((position, 0) if across else (0, position), colour)
        return strip.resize(size, Image.Resampling.BILINEAR)

    @staticmethod
    def _scaled(points: Iterable[Point]) -> list[Point]:
        return [(x * SCALE, y * SCALE) for x, y in points]

    def polygon(self, points: Iterable[Point], fill: Colour) -> None:
        """Fill a shape."""
        self.pen.polygon(self._scaled(points), fill=fill)

    def blend(self, points: Sequence[Point], *colours: Colour, across: bool = False) -> None:
        """Fill a shape with a gradient, from top to bottom or from left to right."""
        mask, box = self._mask(points)
        if mask is not None:
            self.image.paste(self._gradient(mask.size, colours, across=across), box, mask)

    def grain(self, points: Sequence[Point], colour: Colour, side: str = "bottom", strength: float = 0.5) -> None:
        """Shade a shape with fine dots that grow denser towards a side."""
        mask, box = self._mask(points)
        if mask is None:
            return
        ramp = Image.linear_gradient("L")
        turned = {
            "bottom": ramp,
            "top": ramp.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
            "right": ramp.transpose(Image.Transpose.ROTATE_90),
            "left": ramp.transpose(Image.Transpose.ROTATE_270),
        }[side]
        density = turned.resize(mask.size, Image.Resampling.BILINEAR).point(lambda v: round(v * strength))
        noise = _noise().crop((box[0], box[1], box[0] + mask.width, box[1] + mask.height))
        dots = ImageChops.subtract(density, noise).point(lambda v: 165 if v else 0)
        self.image.paste(colour[:3], box, ImageChops.multiply(dots, mask))

    def _mask(self, points: Sequence[Point]) -> tuple[Image.Image | None, tuple[int, int]]:
        scaled = self._scaled(points)
        left = max(0, math.floor(min(x for x, _ in scaled)))
        top = max(0, math.floor(min(y for _, y in scaled)))
        right = min(self.image.width, math.ceil(max(x for x, _ in scaled)) + 1)
        bottom = min(self.image.height, math.ceil(max(y for _, y in scaled)) + 1)
        if right <= left or bottom <= top:
            return None, (left, top)
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in scaled], fill=255)
        return mask, (left, top)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, radius: float = 0) -> None:
        """Fill a rectangle, with round corners if asked."""
        corners = (
            left * SCALE,
            top * SCALE,
            max(left * SCALE, right * SCALE - 1),
            max(top * SCALE, bottom * SCALE - 1),
        )
        if radius:
            self.pen.rounded_rectangle(corners, radius=radius * SCALE, fill=fill)
        else:
            self.pen.rectangle(corners, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour, height: float | None = None) -> None:
        """Fill a circle, or an ellipse when a half height is given."""
        tall = radius if height is None else height
        self.pen.ellipse(
            ((x - radius) * SCALE, (y - tall) * SCALE, (x + radius) * SCALE, (y + tall) * SCALE), fill=fill
        )

    def line(self, points: Sequence[Point], fill: Colour, width: float = 4, *, round_ends: bool = True) -> None:
        """Draw a line with round joints and ends."""
        self.pen.line(self._scaled(points), fill=fill, width=round(width * SCALE), joint="curve")
        if round_ends and len(fill) == 3:
            for x, y in (points[0], points[-1]):
                self.disc(x, y, width / 2 - 0.25, fill)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, fill: Colour, width: float) -> None:
        """Draw part of a circle; angles in degrees, clockwise from the right."""
        corners = ((x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE)
        self.pen.arc(corners, start, end, fill=fill, width=round(width * SCALE))

    def glow(self, x: float, y: float, radius: float, colour: Colour = GLOW, opacity: float = 0.5) -> None:
        """Put soft light around a point."""
        size = round(2 * radius * SCALE)
        light = Image.radial_gradient("L").point(lambda v: round(max(0, 1 - v / 180) ** 2 * 255 * opacity))
        mask = light.resize((size, size), Image.Resampling.BILINEAR)
        self.image.paste(colour[:3], (round((x - radius) * SCALE), round((y - radius) * SCALE)), mask)

    def hill(self, ridge: Sequence[Point], *colours: Colour, bottom: float = HEIGHT) -> list[Point]:
        """Fill the land below a smooth ridge and return its outline."""
        outline = [*smooth(ridge), (ridge[-1][0], bottom), (ridge[0][0], bottom)]
        if len(colours) == 1:
            self.polygon(outline, colours[0])
        else:
            self.blend(outline, *colours)
        return outline

    def jpeg(self) -> bytes:
        """Return the finished picture."""
        buffer = io.BytesIO()
        self.image.reduce(SCALE).save(buffer, "JPEG", quality=QUALITY, optimize=True)
        return buffer.getvalue()


# --- Things that several pictures have ---------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """How somebody is dressed."""

    coat: Colour
    skin: Colour = SKINS[0]
    hair: Colour = INK
    legs: Colour = INK
    style: str = "short"  # of the hair: short, long, bun, scarf, helmet, cap, bald
    is_long_coat: bool = False


def rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Return the corners of a rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(x: float, y: float, radius: float, height: float | None = None) -> list[Point]:
    """Return the outline of an ellipse."""
    tall = radius if height is None else height
    turns = [math.tau * step / 72 for step in range(72)]
    return [(x + radius * math.cos(turn), y + tall * math.sin(turn)) for turn in turns]


def person(
    scene: Scene,
    x: float,
    ground: float,
    height: float,
    look: Look,
    *,
    facing: int = 1,
    near_hand: Point | None = None,
    far_hand: Point | None = None,
    is_from_behind: bool = False,
) -> None:
    """Draw somebody who stands. Hands are at offsets from between the feet, in hundredths of the height."""
    u = height / 100
    dark = mix(look.coat, INK, 0.22)
    shoulder = ground - 76 * u
    _arm(
        scene,
        x,
        (x + facing * 7 * u, shoulder),
        _hand(x, ground, u, far_hand, (facing * 13, -41)),
        u,
        dark,
        look.skin,
    )
    hem = ground - (24 if look.is_long_coat else 42) * u
    for side in (-1, 1):
        hip, foot = x + side * 5 * u, x + side * 6 * u
        scene.polygon(
            [
                (hip - 5 * u, hem - 6 * u),
                (hip + 5 * u, hem - 6 * u),
                (foot + 3.4 * u, ground),
                (foot - 3.4 * u, ground),
            ],
            look.legs,
        )
        toe = 0 if is_from_behind else facing * 2 * u
        scene.box(foot - 4 * u + toe, ground - 3 * u, foot + 4 * u + toe, ground, mix(look.legs, INK, 0.5), u)
    scene.box(x - 3 * u, ground - 87 * u, x + 3 * u, ground - 76 * u, mix(look.skin, INK, 0.2))
    if look.style == "long" and not is_from_behind:
        back = x - facing * u
        scene.box(back - 7.6 * u, ground - 97 * u, back + 7.6 * u, ground - 72 * u, look.hair, 6 * u)
        scene.box(x - 3 * u, ground - 87 * u, x + 3 * u, ground - 76 * u, mix(look.skin, INK, 0.2))
    torso = smooth(
        [
            (x - 10.5 * u, hem),
            (x - 10 * u, ground - 60 * u),
            (x - 12 * u, ground - 74 * u),
            (x - 8 * u, ground - 80 * u),
            (x, ground - 81.5 * u),
            (x + 8 * u, ground - 80 * u),
            (x + 12 * u, ground - 74 * u),
            (x + 10 * u, ground - 60 * u),
            (x + 10.5 * u, hem),
        ],
        6,
    )
    scene.polygon(torso, look.coat)
    scene.grain(torso, dark, "left" if facing > 0 else "right", 0.55)
    _head(
        scene,
        x + (0 if is_from_behind else facing * 1.2 * u),
        ground - 91 * u,
        u,
        look,
        facing,
        is_from_behind,
    )
    near = _hand(x, ground, u, near_hand, (-facing * 12, -41))
    _arm(scene, x, (x - facing * 8 * u, shoulder), near, u, mix(look.coat, PAPER, 0.1), look.skin)


def _hand(x: float, ground: float, u: float, given: Point | None, default: Point) -> Point:
    dx, dy = given or default
    return (x + dx * u, ground + dy * u)


def _arm(scene: Scene, centre: float, shoulder: Point, hand: Point, u: float, sleeve: Colour, skin: Colour) -> None:
    dx, dy = hand[0] - shoulder[0], hand[1] - shoulder[1]
    reach = math.hypot(dx, dy) or 1
    half = 19 * u
    bend = math.sqrt(max(0, half**2 - (reach / 2) ** 2))
    out = 1 if shoulder[0] > centre else -1
    # Of the two ways to bend an arm, the one whose elbow is lower and further from the body looks natural.
    elbow = max(
        (
            (shoulder[0] + dx / 2 - side * dy / reach * bend, shoulder[1] + dy / 2 + side * dx / reach * bend)
            for side in (-1, 1)
        ),
        key=lambda point: point[1] + 0.3 * out * (point[0] - centre),
    )
    scene.disc(*hand, 3.1 * u, skin)
    wrist = (elbow[0] + (hand[0] - elbow[0]) * 0.86, elbow[1] + (hand[1] - elbow[1]) * 0.86)
    scene.line([shoulder, elbow, wrist], sleeve, 6.2 * u)


def _head(scene: Scene, x: float, y: float, u: float, look: Look, facing: int, is_from_behind: bool) -> None:
    radius = 6.4 * u
    if look.style == "scarf":
        scene.polygon(
            smooth(
                [
                    (x - 8 * u, y),
                    (x - 9 * u, y + 10 * u),
                    (x, y + 15 * u),
                    (x + 9 * u, y + 10 * u),
                    (x + 8 * u, y),
                ],
                6,
            ),
            look.hair,
        )
    scene.disc(x, y, radius, look.skin, radius * 1.12)
    if is_from_behind and look.style != "bald":
        scene.disc(x, y - u, radius * 1.1, look.hair, radius * 1.16)
        if look.style == "long":
            scene.box(x - 7 * u, y - 2 * u, x + 7 * u, y + 13 * u, look.hair, 5 * u)
        if look.style == "scarf":
            scene.disc(x, y + 3 * u, 7.6 * u, look.hair, 9 * u)
    elif look.style in ("short", "long", "bun"):
        scene.pen.pieslice(
            tuple(v * SCALE for v in (x - 7 * u, y - 8.4 * u, x + 7 * u, y + 6.4 * u)),
            185 if facing > 0 else 170,
            370 if facing > 0 else 355,
            fill=look.hair,
        )
        back = x - facing * 4.6 * u
        scene.disc(back, y - 1.5 * u, 3.6 * u, look.hair, 5 * u)
    elif look.style == "scarf":
        scene.disc(x, y, 8.2 * u, look.hair, 8.6 * u)
        scene.disc(x + facing * 1.8 * u, y + 0.4 * u, 5.2 * u, look.skin, 6 * u)
    if look.style == "bun":
        scene.disc(x - (0 if is_from_behind else facing * 6 * u), y - 7 * u, 3.6 * u, look.hair)
    if look.style in ("helmet", "cap"):
        hat = GOLD if look.style == "helmet" else look.hair
        scene.pen.pieslice(
            tuple(v * SCALE for v in (x - 7.4 * u, y - 10 * u, x + 7.4 * u, y + 5 * u)), 180, 360, fill=hat
        )
        brim = 0 if is_from_behind else facing * 3 * u
        scene.box(x - 7.6 * u + brim, y - 3.8 * u, x + 7.6 * u + brim, y - 1.8 * u, hat, u)


def pine(scene: Scene, x: float, ground: float, height: float, fill: Colour) -> None:
    """Draw a conifer."""
    scene.box(x - height * 0.03, ground - height * 0.15, x + height * 0.03, ground, mix(fill, INK, 0.4))
    for step in range(3):
        base = ground - height * (0.1 + 0.24 * step)
        half = height * (0.24 - 0.055 * step)
        scene.polygon([(x - half, base), (x + half, base), (x, base - height * 0.42)], fill)


def leafy(scene: Scene, x: float, ground: float, height: float, fill: Colour) -> None:
    """Draw a tree with a round crown."""
    scene.box(x - height * 0.035, ground - height * 0.5, x + height * 0.035, ground, BROWN)
    scene.disc(x, ground - height * 0.64, height * 0.27, fill, height * 0.36)
    scene.grain(ellipse(x, ground - height * 0.64, height * 0.27, height * 0.36), mix(fill, INK, 0.35), "right", 0.7)


def ripples(scene: Scene, x: float, top: float, bottom: float, spread: float, colour: Colour, seed: int) -> None:
    """Draw light lying on water in short strokes that widen towards the viewer."""
    chance = random.Random(seed)  # noqa: S311 - composition, not secrets
    y = top
    while y < bottom:
        share = (y - top) / max(1, bottom - top)
        half = spread * (0.35 + 0.65 * share) * chance.uniform(0.25, 1)
        centre = x + chance.uniform(-0.3, 0.3) * spread
        scene.box(centre - half, y, centre + half, y + 3 + 3 * share, sheer(colour, 0.75 - 0.45 * share), 2)
        y += 11 + 10 * share


def lorry(scene: Scene, x: float, ground: float, length: float, load: Colour, cab: Colour) -> None:
    """Draw a lorry from its side, driving to the right."""
    u = length / 100
    scene.box(x, ground - 40 * u, x + 70 * u, ground - 10 * u, load, 1.2 * u)
    scene.grain(rectangle(x, ground - 40 * u, x + 70 * u, ground - 10 * u), mix(load, INK, 0.35), "bottom", 0.6)
    for rib in range(1, 7):
        scene.box(
            x + rib * 10 * u,
            ground - 38 * u,
            x + rib * 10 * u + 0.7 * u,
            ground - 12 * u,
            mix(load, INK, 0.14),
        )
    scene.box(x + 1 * u, ground - 10 * u, x + 96 * u, ground - 6 * u, INK)
    scene.polygon(
        [
            (x + 73 * u, ground - 6 * u),
            (x + 73 * u, ground - 36 * u),
            (x + 88 * u, ground - 36 * u),
            (x + 96 * u, ground - 22 * u),
            (x + 97 * u, ground - 6 * u),
        ],
        cab,
    )
    scene.polygon(
        [
            (x + 80 * u, ground - 33 * u),
            (x + 87 * u, ground - 33 * u),
            (x + 93 * u, ground - 22 * u),
            (x + 80 * u, ground - 22 * u),
        ],
        PALE,
    )
    scene.box(x + 94 * u, ground - 14 * u, x + 97.4 * u, ground - 10.5 * u, GLOW, 0.6 * u)
    for wheel in (9, 19, 58, 84):
        scene.disc(x + wheel * u, ground - 5 * u, 5.6 * u, INK)
        scene.disc(x + wheel * u, ground - 5 * u, 2.4 * u, MIST)


def gantry_crane(scene: Scene, x: float, ground: float, u: float, colour: Colour, cargo: Colour | None) -> None:
    """Draw a quayside crane whose boom reaches to the right."""
    top = ground - 470 * u
    thick = 16 * u
    for foot in (-70, 70):
        scene.line([(x + foot * u, ground), (x + foot * 0.8 * u, top)], colour, thick, round_ends=False)
    scene.line([(x - 66 * u, ground - 150 * u), (x + 66 * u, ground - 150 * u)], colour, thick * 0.7)
    scene.line([(x - 64 * u, ground - 150 * u), (x + 60 * u, top)], colour, thick * 0.4)
    scene.box(x - 200 * u, top - 12 * u, x + 500 * u, top + 12 * u, colour)
    scene.line([(x - 56 * u, top), (x + 10 * u, top - 150 * u), (x + 56 * u, top)], colour, thick * 0.8)
    for end in (-190, 250, 490):
        scene.line([(x + 10 * u, top - 150 * u), (x + end * u, top - 8 * u)], colour, 5 * u)
    scene.box(x - 190 * u, top + 12 * u, x - 120 * u, top + 60 * u, colour)
    scene.box(x + 235 * u, top + 10 * u, x + 275 * u, top + 44 * u, mix(colour, PAPER, 0.25))
    if cargo:
        for rope in (250, 310):
            scene.line([(x + rope * u, top + 10 * u), (x + rope * u, top + 190 * u)], colour, 3 * u)
        scene.box(x + 222 * u, top + 190 * u, x + 338 * u, top + 240 * u, cargo)
        for rib in range(1, 8):
            left = x + (222 + rib * 14.5) * u
            scene.box(left, top + 194 * u, left + 2 * u, top + 236 * u, mix(cargo, INK, 0.2))


def containers(scene: Scene, left: float, bottom: float, columns: int, rows: int, size: Point, seed: int) -> None:
    """Draw a stack of containers, lower towards its ends."""
    chance = random.Random(seed)  # noqa: S311 - composition, not secrets
    wide, tall = size
    for column in range(columns):
        for row in range(rows - (1 if column in (0, columns - 1) else 0) - (chance.random() < 0.3)):
            colour = chance.choice([CLAY, RUST, SAND, SEA, MIST, TEAL, DUNE])
            x, y = left + column * wide, bottom - (row + 1) * tall
            scene.box(x, y, x + wide - 2, y + tall - 2, colour)
            scene.box(x, y + tall * 0.78, x + wide - 2, y + tall - 2, mix(colour, INK, 0.2))
            for rib in range(1, 5):
                scene.box(x + rib * wide / 5, y + 3, x + rib * wide / 5 + 1.5, y + tall - 4, mix(colour, INK, 0.13))


def chair(scene: Scene, x: float, ground: float, height: float, colour: Colour) -> None:
    """Draw an office chair from behind."""
    u = height / 100
    scene.line([(x, ground - 12 * u), (x, ground - 48 * u)], INK, 5 * u)
    for foot in (-24, 0, 24):
        scene.line([(x, ground - 12 * u), (x + foot * u, ground - 3 * u)], INK, 4 * u)
        scene.disc(x + foot * u, ground - 2 * u, 3 * u, INK)
    scene.box(x - 27 * u, ground - 54 * u, x + 27 * u, ground - 43 * u, mix(colour, INK, 0.3), 5 * u)
    scene.box(x - 25 * u, ground - 100 * u, x + 25 * u, ground - 56 * u, colour, 10 * u)
    scene.grain(
        rectangle(x - 23 * u, ground - 98 * u, x + 23 * u, ground - 58 * u),
        mix(colour, INK, 0.4),
        "bottom",
        0.5,
    )


# --- The pictures ------------------------------------------------------------------------------


def harbour() -> Scene:
    """A quay at dusk: cranes, a ship alongside, a pilot boat, somebody telephoning under a lamp."""
    s = Scene((34, 98, 110), (121, 163, 158), (240, 203, 160), (245, 214, 170))
    s.glow(1170, 560, 520, GLOW, 0.75)
    s.disc(1170, 548, 74, (253, 226, 170))
    s.hill([(0, 520), (180, 470), (380, 505), (620, 560), (760, 600)], (122, 158, 156), bottom=605)
    s.hill([(1150, 600), (1320, 560), (1480, 520), (1600, 535)], (122, 158, 156), bottom=605)
    s.blend(rectangle(0, 600, WIDTH, 900), (110, 158, 156), (36, 108, 119), (13, 80, 93))
    ripples(s, 1170, 606, 830, 90, GLOW, 3)
    s.polygon([(1330, 596), (1480, 596), (1466, 612), (1342, 612)], (74, 121, 126))
    s.box(1440, 572, 1462, 597, (74, 121, 126))
    containers(s, 1350, 597, 5, 2, (17, 10), 2)
    containers(s, 470, 668, 11, 4, (58, 34), 11)
    s.polygon([(330, 655), (1130, 655), (1075, 800), (380, 800)], DEEP)
    s.polygon([(364, 752), (1093, 752), (1075, 800), (380, 800)], RUST)
    s.grain([(330, 655), (1130, 655), (1093, 752), (364, 752)], NIGHT, "left", 0.6)
    s.box(352, 470, 448, 656, PAPER)
    s.grain(rectangle(352, 470, 448, 656), DUNE, "left", 0.5)
    for row in range(4):
        s.box(364, 488 + row * 38, 436, 500 + row * 38, TEAL)
    s.box(378, 430, 420, 470, CLAY)
    s.line([(1108, 655), (1108, 560)], INK, 5)
    for x, y, u, cargo in ((690, 850, 0.98, None), (210, 850, 1.25, CLAY)):
        gantry_crane(s, x, y, u, NIGHT if x < 400 else (10, 60, 71), cargo)
    s.line([(1236, 708), (1190, 714), (1130, 716)], sheer(PAPER, 0.55), 4)
    s.line([(1236, 716), (1200, 728), (1150, 734)], sheer(PAPER, 0.35), 4)
    s.polygon([(1226, 676), (1350, 670), (1326, 720), (1236, 720)], CLAY)
    s.polygon([(1258, 676), (1266, 644), (1304, 644), (1312, 674)], PAPER)
    s.box(1272, 650, 1298, 661, TEAL)
    s.line([(1284, 644), (1284, 616)], INK, 4)
    s.disc(1284, 612, 6, GLOW)
    s.polygon(rectangle(0, 850, WIDTH, HEIGHT), NIGHT)
    s.box(0, 850, WIDTH, 860, (20, 72, 82))
    for x in (70, 470, 950):
        s.box(x, 832, x + 34, 858, INK, 6)
    s.disc(1490, 960, 190, sheer(GLOW, 0.16), 36)
    s.disc(1490, 960, 120, sheer(GLOW, 0.2), 22)
    s.line([(1560, 980), (1560, 590), (1500, 570)], INK, 10)
    s.glow(1495, 580, 200, GLOW, 0.8)
    s.box(1466, 566, 1520, 582, GLOW, 8)
    look = Look(CLAY, SKINS[1], INK, INK, "bun", True)
    person(s, 1450, 965, 290, look, facing=-1, near_hand=(-6, -88), far_hand=(-14, -60))
    s.box(1428, 703, 1437, 727, INK, 3)
    return s


def warehouse() -> Scene:
    """An aisle between tall shelves, light from an open door at its end, somebody with a list."""
    s = Scene((22, 62, 71), (18, 74, 85))

    def at(x: float, y: float, z: float) -> Point:
        return (800 + 560 * x / z, 470 + 560 * y / z)

    far = 9.0
    s.blend([at(-6, 1, 1), at(6, 1, 1), at(6, 1, far), at(-6, 1, far)], (138, 128, 108), (84, 96, 92))
    s.polygon([at(-1.5, -2.6, far), at(1.5, -2.6, far), at(1.5, 1, far), at(-1.5, 1, far)], (46, 100, 108))
    door = [at(-0.95, -1.25, far), at(0.95, -1.25, far), at(0.95, 1, far), at(-0.95, 1, far)]
    s.polygon([at(-0.95, 1, far), at(0.95, 1, far), at(1.5, 1, 1), at(-1.5, 1, 1)], sheer(GLOW, 0.32))
    s.polygon([at(-0.75, 1, far), at(0.75, 1, far), at(0.95, 1, 1), at(-0.95, 1, 1)], sheer(GLOW, 0.3))
    s.glow(800, 460, 420, GLOW, 0.75)
    s.polygon(door, (255, 243, 214))
    chance = random.Random(21)  # noqa: S311 - composition, not secrets
    edges = [1.25 + 0.86 * bay for bay in range(10)]
    for side in (-1, 1):
        wall = side * 1.75
        s.polygon([at(wall, -2.6, far), at(wall, -2.6, 1), at(wall, 1, 1), at(wall, 1, far)], (15, 58, 68))
        for near, distant in reversed(list(pairwise(edges))):
            light = min(1, (near - 1.2) / 9) * 0.55
            for level in range(4):
                floor = 0.93 - level * 0.88
                z = near + 0.05
                while z < distant - 0.2:
                    wide = chance.choice((0.24, 0.3, 0.36))
                    tall = chance.choice((0.36, 0.48, 0.6))
                    colour = chance.choice((SAND, DUNE, CLAY, MIST, SEA, WOOD, RUST, PALE))
                    end = min(z + wide, distant - 0.04)
                    if chance.random() < 0.86:
                        tone = mix(mix(colour, NIGHT, 0.34), GLOW, light)
                        crate = [
                            at(wall, floor, z),
                            at(wall, floor, end),
                            at(wall, floor - tall, end),
                            at(wall, floor - tall, z),
                        ]
                        s.polygon(crate, tone)
                        mark = floor - tall * 0.45
                        s.polygon(
                            [
                                at(wall, mark, z),
                                at(wall, mark, end),
                                at(wall, mark - tall * 0.12, end),
                                at(wall, mark - tall * 0.12, z),
                            ],
                            mix(tone, INK, 0.2),
                        )
                    z = end + 0.03
                plank = [
                    at(wall, floor, near),
                    at(wall, floor, distant),
                    at(wall, floor + 0.07, distant),
                    at(wall, floor + 0.07, near),
                ]
                s.polygon(plank, mix((204, 118, 70), GLOW, light * 0.7))
            post = wall * 0.985
            s.polygon(
                [at(post, -2.6, near), at(post, -2.6, near + 0.06), at(post, 1, near + 0.06), at(post, 1, near)],
                mix((10, 86, 100), GLOW, light),
            )
    for z in (7.4, 5.2, 3.6, 2.5):
        x, y = at(0, -1.75, z)
        half = 220 / z
        s.polygon(
            [(x - half, y), (x + half, y), (x + half * 0.8, y - 26 / z * 2), (x - half * 0.8, y - 26 / z * 2)], INK
        )
        s.box(x - half * 0.9, y, x + half * 0.9, y + 22 / z, GLOW)
        s.line([(x, y - 40 / z), (x, 0)], INK, 2)
    s.polygon([(760, 640), (850, 640), (1010, 1000), (690, 1000)], sheer(NIGHT, 0.25))
    look = Look(GOLD, SKINS[0], INK, DEEP, "helmet")
    person(s, 800, 655, 215, look, facing=1, near_hand=(10, -56), far_hand=(14, -54))
    s.polygon([(812, 522), (838, 514), (846, 546), (820, 554)], PAPER)
    return s


def laboratory() -> Scene:
    """A bench with glassware and a microscope, a locked cabinet, somebody looking at a flask."""
    s = Scene((218, 228, 219), (238, 231, 214))
    s.box(90, 90, 610, 560, PAPER, 6)
    s.blend(rectangle(108, 108, 592, 542), (150, 192, 194), (231, 224, 203))
    s.hill([(108, 450), (240, 390), (380, 440), (480, 400), (592, 430)], (126, 170, 168), bottom=542)
    s.hill([(108, 500), (300, 470), (460, 505), (592, 480)], (80, 138, 140), bottom=542)
    s.box(342, 100, 356, 550, PAPER)
    s.box(100, 318, 600, 330, PAPER)
    for top in (210, 400):
        s.box(690, top, 1130, top + 16, WOOD)
        s.box(690, top + 16, 1130, top + 24, sheer(INK, 0.12))
    colours = (CLAY, TEAL, GOLD, SEA, RUST, MIST, DEEP, BLUSH)
    for shelf, top in enumerate((210, 400)):
        for number in range(7):
            x, colour = 712 + number * 59, colours[(number * 3 + shelf * 5) % 8]
            tall = (66, 92, 78, 104)[(number + shelf) % 4]
            s.box(x, top - tall, x + 40, top, colour, 6)
            s.grain(rectangle(x + 4, top - tall + 4, x + 38, top), mix(colour, INK, 0.35), "right", 0.55)
            s.box(x + 11, top - tall - 16, x + 29, top - tall + 2, mix(colour, INK, 0.4), 3)
            s.box(x, top - tall * 0.62, x + 40, top - tall * 0.28, PAPER)
    s.box(1220, 120, 1540, 1000, TEAL, 8)
    s.grain(rectangle(1220, 120, 1540, 1000), NIGHT, "right", 0.55)
    s.box(1376, 140, 1382, 1000, DEEP)
    for left in (1240, 1396):
        s.box(left, 150, left + 124, 470, (32, 112, 124), 4)
        s.box(left, 500, left + 124, 800, (32, 112, 124), 4)
    s.arc(1379, 470, 26, 180, 360, PALE, 9)
    s.box(1346, 470, 1412, 524, GOLD, 8)
    s.disc(1379, 492, 7, INK)
    s.box(1376, 494, 1382, 510, INK)
    s.blend(rectangle(0, 930, WIDTH, 1000), DUNE, WOOD)
    s.box(1220, 900, 1540, 960, DEEP, 8)
    look = Look(PAPER, SKINS[1], RUST, DEEP, "scarf", True)
    person(s, 930, 1080, 690, look, facing=-1, near_hand=(-15, -71), far_hand=(-17, -64))
    s.box(858, 436, 926, 466, sheer(SEA, 0.75), 12)
    flask = [(811, 532), (833, 532), (833, 572), (866, 636), (860, 648), (784, 648), (778, 636), (811, 572)]
    s.polygon(flask, sheer(PAPER, 0.8))
    s.polygon([(800, 594), (844, 594), (866, 636), (860, 648), (784, 648), (778, 636)], CLAY)
    s.box(804, 524, 840, 534, PAPER, 4)
    s.box(0, 708, 1180, 744, PAPER)
    s.box(0, 744, 1180, 754, DUNE)
    s.blend(rectangle(0, 754, 1180, 1000), TEAL, DEEP)
    for left in (40, 330, 620, 910):
        s.box(left, 780, left + 250, 1000, (22, 104, 118), 6)
        s.box(left + 95, 806, left + 155, 818, PALE, 6)
    # The microscope.
    s.box(150, 684, 330, 710, INK, 8)
    s.line([(296, 690), (312, 560), (272, 480)], INK, 30)
    s.box(168, 624, 286, 640, INK, 4)
    s.polygon([(196, 430), (240, 414), (290, 552), (246, 568)], TEAL)
    s.polygon([(236, 566), (284, 550), (290, 590), (252, 600)], PALE)
    s.polygon([(180, 404), (236, 384), (244, 408), (190, 428)], INK)
    s.disc(312, 600, 20, CLAY)
    # Glassware.
    s.box(430, 694, 610, 708, WOOD, 3)
    s.box(430, 600, 610, 612, WOOD, 3)
    s.box(436, 600, 446, 708, WOOD)
    s.box(594, 600, 604, 708, WOOD)
    for number, colour in enumerate((CLAY, SEA, GOLD, CLAY, SEA)):
        x = 458 + number * 28
        s.box(x, 566, x + 17, 692, sheer(PAPER, 0.75), 8)
        s.box(x, 622 + number % 3 * 14, x + 17, 692, colour, 8)
    s.disc(690, 654, 54, sheer(PAPER, 0.75))
    s.pen.pieslice(tuple(v * SCALE for v in (636, 600, 744, 708)), 8, 172, fill=SEA)
    s.box(678, 540, 702, 612, sheer(PAPER, 0.75))
    s.box(672, 534, 708, 544, PAPER, 4)
    return s


def truck_route() -> Scene:
    """A lorry on a long road through forest; small lights mark the stops ahead."""
    s = Scene((62, 128, 136), (164, 194, 184), (244, 214, 172), (244, 200, 154))
    s.glow(1180, 420, 520, GLOW, 0.8)
    s.disc(1180, 400, 62, (255, 232, 180))
    s.hill(
        [(0, 430), (200, 350), (430, 410), (640, 320), (900, 420), (1200, 380), (1600, 430)],
        (140, 176, 170),
        (170, 190, 174),
    )
    s.hill(
        [(0, 520), (260, 440), (520, 520), (840, 450), (1150, 530), (1400, 460), (1600, 500)],
        (92, 148, 148),
        (120, 164, 154),
    )
    ground = s.hill([(0, 610), (300, 560), (700, 590), (1100, 540), (1600, 590)], (46, 112, 118), (60, 120, 120))
    s.grain(ground, DEEP, "bottom", 0.5)
    road = smooth(
        [(1290, 505), (1120, 528), (1230, 556), (1010, 590), (760, 622), (980, 680), (1330, 730), (1640, 800)]
    )
    for index in range(len(road) - 1):
        s.line([road[index], road[index + 1]], SAND, 3 + 20 * (index / len(road)) ** 1.6)
    chance = random.Random(5)  # noqa: S311 - composition, not secrets
    spots = sorted((chance.uniform(530, 740), chance.uniform(-20, 1620)) for _ in range(250))
    for y, x in spots:
        nearest = min(math.hypot((x - px) / 1.5, (y - 10 - py) * 1.3) for px, py in road)
        if nearest > 30 + (y - 520) * 0.12:
            depth = (y - 530) / 210
            tone = mix((62, 122, 122), (11, 70, 80), depth + chance.uniform(-0.12, 0.12))
            pine(s, x, y, 42 + 95 * depth + chance.uniform(-8, 14), tone)
    for share in (0.06, 0.24, 0.44, 0.6, 0.78):
        x, y = road[int(share * (len(road) - 1))]
        size = 5 + 9 * share
        s.glow(x, y - size * 4, size * 9, GLOW, 0.9)
        s.line([(x, y), (x, y - size * 4)], INK, 3 + share * 3)
        s.disc(x, y - size * 4.6, size, GOLD)
        s.disc(x, y - size * 4.6, size * 0.5, PAPER)
    s.blend(rectangle(0, 770, WIDTH, 1000), (24, 92, 100), NIGHT)
    for x in range(-20, 1640, 58):
        pine(s, x + chance.uniform(-16, 16), 800, chance.uniform(80, 150), mix(DEEP, NIGHT, chance.random()))
    s.blend(rectangle(0, 845, WIDTH, 950), (74, 92, 94), (54, 74, 78))
    s.box(0, 845, WIDTH, 850, SAND)
    for x in range(30, 1600, 170):
        s.box(x, 908, x + 90, 914, PALE)
    s.blend(rectangle(0, 950, WIDTH, 1000), NIGHT, INK)
    s.polygon([(1030, 846), (1600, 800), (1600, 946), (1030, 872)], sheer(GLOW, 0.28))
    s.disc(730, 893, 350, sheer(INK, 0.4), 12)
    lorry(s, 380, 890, 660, CLAY, PAPER)
    for x in range(20, 1620, 90):
        s.disc(x + chance.uniform(-30, 30), 1004, chance.uniform(22, 52), (6, 40, 48))
    return s


def workshop() -> Scene:
    """A workbench under a lamp, tools on the wall, somebody at work."""
    s = Scene((226, 205, 170), (236, 219, 187))
    s.blend(rectangle(0, 0, WIDTH, 700), mix(SAND, DUNE, 0.5), PAPER, across=True)
    s.polygon(rectangle(0, 0, WIDTH, 1000), sheer(SAND, 0.6))
    s.box(330, 110, 1150, 560, TEAL, 8)
    s.grain(rectangle(330, 110, 1150, 560), NIGHT, "bottom", 0.22)
    for x in range(370, 1140, 52):
        for y in range(150, 550, 50):
            s.disc(x, y, 3, DEEP)
    # Hammer, spanner, saw, screwdrivers, pliers, square.
    s.box(428, 220, 444, 400, DUNE, 6)
    s.polygon([(392, 196), (462, 190), (484, 202), (484, 232), (392, 232)], INK)
    s.line([(550, 250), (550, 400)], PALE, 22)
    s.disc(550, 232, 34, PALE)
    s.polygon([(536, 190), (564, 190), (562, 236), (538, 236)], TEAL)
    s.disc(550, 408, 22, PALE)
    s.disc(550, 408, 9, TEAL)
    s.polygon([(640, 196), (860, 236), (860, 262), (640, 256)], PALE)
    s.polygon([(600, 184), (650, 190), (650, 262), (612, 270)], CLAY)
    s.box(618, 206, 636, 246, TEAL, 8)
    for number, colour in enumerate((CLAY, GOLD, SAND, CLAY)):
        x = 614 + number * 44
        s.box(x, 310, x + 20, 370, colour, 8)
        s.box(x + 7, 368, x + 13, 428 - number * 8, PALE)
    for lean in (-1, 1):
        s.line([(1000 + lean * 4, 250), (1000 + lean * 30, 370)], CLAY, 17)
        s.line([(1000 + lean * 6, 262), (1000 - lean * 10, 200)], PALE, 14)
    s.disc(1000, 258, 12, INK)
    s.line([(1074, 190), (1074, 380), (1128, 380)], SAND, 16, round_ends=False)
    # A window and a shelf with tins.
    s.box(1240, 130, 1540, 430, PAPER, 4)
    s.blend(rectangle(1256, 146, 1524, 414), (150, 192, 194), (241, 222, 184))
    s.hill([(1256, 370), (1360, 320), (1440, 350), (1524, 310)], (104, 154, 152), bottom=414)
    s.box(1384, 140, 1396, 420, PAPER)
    s.box(40, 360, 290, 376, BROWN)
    for number, colour in enumerate((RUST, SEA, SAND, CLAY)):
        s.box(58 + number * 58, 300 - number % 2 * 24, 106 + number * 58, 360, colour, 4)
        s.box(58 + number * 58, 322 - number % 2 * 14, 106 + number * 58, 338 - number % 2 * 14, PAPER)
    # The lamp and its light.
    s.polygon([(800, 372), (924, 372), (1020, 690), (420, 690)], sheer(GLOW, 0.26))
    s.line([(862, 0), (862, 300)], INK, 5)
    s.polygon([(832, 296), (892, 296), (946, 376), (778, 376)], CLAY)
    s.grain([(832, 296), (892, 296), (946, 376), (778, 376)], RUST, "right", 0.7)
    s.glow(862, 384, 120, GLOW, 0.9)
    look = Look((58, 130, 140), SKINS[2], INK, INK, "short")
    person(s, 1060, 1090, 720, look, facing=-1, near_hand=(-29, -61), far_hand=(-20, -60))
    apron = [(998, 600), (1110, 600), (1134, 700), (1134, 1000), (980, 1000), (980, 700)]
    s.polygon(apron, RUST)
    s.grain(apron, BROWN, "bottom", 0.5)
    s.line([(1010, 604), (1030, 524)], RUST, 10)
    s.line([(1098, 604), (1080, 524)], RUST, 10)
    s.line([(1008, 556), (940, 650), (840, 652)], (76, 144, 152), 44)
    s.disc(814, 652, 22, SKINS[2])
    # The bench.
    s.blend(rectangle(120, 690, 1480, 742), (196, 152, 108), (158, 116, 80))
    s.box(120, 742, 1480, 752, BROWN)
    for left in (180, 1330):
        s.box(left, 752, left + 84, 1000, (128, 92, 66))
        s.grain(rectangle(left, 752, left + 84, 1000), BROWN, "top", 0.7)
    s.box(264, 800, 1330, 850, (112, 80, 60))
    s.line([(800, 650), (690, 640)], PALE, 16)
    s.disc(676, 638, 22, PALE)
    s.polygon([(650, 630), (680, 634), (678, 644), (650, 648)], (236, 214, 176))
    # The vice and a valve in it.
    s.box(500, 640, 640, 692, DEEP, 6)
    s.box(486, 596, 534, 668, DEEP, 6)
    s.box(588, 596, 640, 668, INK, 6)
    s.line([(470, 620), (470, 676)], MIST, 9)
    s.box(470, 642, 500, 654, MIST)
    s.box(540, 574, 582, 640, GOLD, 6)
    s.box(552, 540, 570, 580, DUNE)
    s.box(520, 526, 602, 544, CLAY, 8)
    s.box(1140, 620, 1380, 692, CLAY, 10)
    s.grain(rectangle(1140, 620, 1380, 692), RUST, "bottom", 0.7)
    s.box(1140, 648, 1380, 656, RUST)
    s.arc(1260, 622, 46, 180, 360, INK, 12)
    s.box(1246, 642, 1274, 664, GOLD, 3)
    return s


def control_room() -> Scene:
    """Two operators before a wall of displays; one at a screen, the other writing in a binder."""
    s = Scene((10, 44, 53), (12, 58, 69))
    s.blend(rectangle(0, 660, WIDTH, 1000), (20, 64, 74), (10, 42, 51))
    s.box(90, 90, 1510, 590, INK, 14)
    s.blend(rectangle(470, 116, 1130, 564), (22, 108, 120), (12, 78, 92))
    for x in range(500, 1130, 70):
        s.line([(x, 116), (x, 564)], sheer(MIST, 0.12), 2)
    for y in range(150, 564, 70):
        s.line([(470, y), (1130, y)], sheer(MIST, 0.12), 2)
    # A plant as the displays show it: tanks, pipes, valves.
    s.line([(560, 470), (560, 300), (700, 300)], PALE, 7)
    s.line([(780, 300), (900, 300), (900, 220), (1050, 220), (1050, 300)], PALE, 7)
    s.line([(740, 400), (740, 510), (960, 510), (960, 440)], GOLD, 7)
    s.box(510, 400, 610, 520, MIST, 26)
    s.box(690, 200, 790, 410, PALE, 40)
    s.box(690, 300, 790, 410, SEA, 40)
    s.box(900, 350, 1020, 450, MIST, 12)
    s.disc(1050, 330, 38, CLAY)
    for x, y in ((640, 300), (840, 300), (850, 510)):
        s.polygon([(x - 18, y - 14), (x - 18, y + 14), (x + 18, y - 14), (x + 18, y + 14)], GOLD)
    for left in (116, 1156):
        s.blend(rectangle(left, 116, left + 328, 330), (16, 86, 100), (12, 70, 82))
        s.blend(rectangle(left, 350, left + 328, 564), (16, 86, 100), (12, 70, 82))
    curve = smooth([(136, 290), (190, 240), (240, 262), (300, 190), (350, 214), (424, 150)])
    s.line(curve, GOLD, 6)
    s.line(smooth([(136, 300), (220, 290), (300, 270), (424, 240)]), MIST, 5)
    for number, tall in enumerate((70, 120, 96, 150, 110, 134, 60)):
        s.box(142 + number * 41, 544 - tall, 168 + number * 41, 544, CLAY if number == 3 else MIST)
    s.arc(1250, 226, 62, 0, 360, (40, 120, 130), 22)
    s.arc(1250, 226, 62, -90, 160, GOLD, 22)
    s.arc(1396, 226, 62, 0, 360, (40, 120, 130), 22)
    s.arc(1396, 226, 62, -90, 60, MIST, 22)
    for row in range(5):
        s.disc(1186, 386 + row * 36, 9, CLAY if row == 1 else SEA)
        s.box(1210, 380 + row * 36, 1330 + (row * 53) % 130, 392 + row * 36, (70, 140, 148), 6)
    s.glow(800, 420, 640, SEA, 0.35)
    s.blend([(60, 760), (1540, 760), (1600, 830), (0, 830)], (186, 150, 112), (150, 114, 82))
    for x, wide in ((380, 270), (690, 250)):
        s.box(x, 600, x + wide, 762, INK, 8)
        s.blend(rectangle(x + 10, 610, x + wide - 10, 740), (40, 134, 146), (20, 98, 112))
        s.box(x + wide / 2 - 40, 760, x + wide / 2 + 40, 776, INK, 4)
    s.line(smooth([(400, 710), (450, 660), (500, 690), (560, 640), (630, 664)]), GOLD, 5)
    for row in range(4):
        s.box(716, 630 + row * 26, 820 + row * 23 % 90, 640 + row * 26, PALE, 4)
    s.box(1440, 736, 1484, 790, GOLD, 8)
    s.arc(1486, 760, 16, -90, 90, GOLD, 7)
    for x, look, hands in (
        (540, Look((64, 138, 148), SKINS[1], INK, INK, "short"), ((-24, -50), (24, -50))),
        (1080, Look(CLAY, SKINS[0], INK, INK, "bun"), ((-18, -48), (27, -52))),
    ):
        person(s, x, 1165, 730, look, near_hand=hands[0], far_hand=hands[1], is_from_behind=True)
        s.box(x - 118, 740, x + 118, 1010, NIGHT, 50)
        s.grain(rectangle(x - 112, 760, x + 112, 1000), INK, "bottom", 0.6)
    s.polygon([(1196, 772), (1404, 772), (1432, 820), (1190, 820)], CLAY)
    s.polygon([(1206, 768), (1396, 768), (1420, 812), (1200, 812)], PAPER)
    s.polygon([(1299, 768), (1303, 768), (1312, 812), (1306, 812)], DUNE)
    for row in range(3):
        s.line([(1216, 779 + row * 10), (1286 + row * 3, 779 + row * 10)], MIST, 3)
        s.line([(1322 + row * 3, 779 + row * 10), (1380 - row * 14, 779 + row * 10)], MIST, 3)
    s.line([(1260, 790), (1296, 742)], INK, 8)
    s.disc(1274, 786, 22, SKINS[0])
    s.blend(rectangle(0, 960, WIDTH, 1000), (9, 38, 46), INK)
    return s


def market() -> Scene:
    """Stalls under striped awnings, goods in crates and sacks, people buying."""
    s = Scene((120, 174, 178), (214, 222, 204), (246, 226, 188))
    s.glow(260, 200, 480, GLOW, 0.7)
    s.disc(260, 190, 58, (255, 238, 196))
    for left, right, top, tone in (
        (-10, 240, 330, (222, 190, 148)),
        (230, 470, 250, (236, 214, 176)),
        (460, 700, 310, (214, 160, 126)),
        (690, 980, 220, (228, 200, 158)),
        (970, 1220, 290, (240, 220, 186)),
        (1210, 1620, 240, (218, 176, 138)),
    ):
        s.box(left, top, right, 800, tone)
        s.blend(rectangle(left, top, right, 800), tone, mix(tone, WOOD, 0.3))
        s.box(left, top, right, top + 14, mix(tone, BROWN, 0.25))
        for column in range(int((right - left - 60) // 80)):
            x = left + 46 + column * 86
            for y in (top + 56, top + 170):
                s.box(x, y, x + 40, y + 70, mix(tone, DEEP, 0.6), 20)
                s.box(x, y + 30, x + 40, y + 70, mix(tone, DEEP, 0.6))
    s.blend(rectangle(0, 780, WIDTH, 1000), (226, 200, 158), (204, 170, 126))
    for x, look, facing in (
        (620, Look(SEA, SKINS[1], INK, INK), 1),
        (1010, Look(RUST, SKINS[0], DEEP, INK, "scarf", True), -1),
    ):
        person(s, x, 800, 300, look, facing=facing)
    stalls = ((40, TEAL, PAPER), (590, CLAY, PAPER), (1140, GOLD, PAPER))
    sellers = (
        Look(RUST, SKINS[0], INK, INK, "cap"),
        Look(DEEP, SKINS[2], GOLD, INK, "scarf"),
        Look(SEA, SKINS[1], INK, INK, "bald"),
    )
    for (left, stripe, plain), seller in zip(stalls, sellers, strict=True):
        s.polygon(rectangle(left + 20, 440, left + 440, 800), sheer(INK, 0.3))
        for post in (left + 14, left + 432):
            s.box(post, 420, post + 14, 900, BROWN)
        person(
            s, left + 240, 905, 380, seller, facing=-1 if left > 1000 else 1, near_hand=(-20, -45), far_hand=(20, -46)
        )
        for number in range(8):
            near, far = left - 22 + number * 63, left + 20 + number * 52.5
            colour = stripe if number % 2 == 0 else plain
            s.polygon([(far, 350), (far + 53, 350), (near + 64, 470), (near, 470)], colour)
            s.disc(near + 31.5, 470, 31.5, colour, 22)
        s.grain(
            [(left + 20, 350), (left + 440, 350), (left + 482, 470), (left - 22, 470)],
            mix(stripe, INK, 0.5),
            "bottom",
            0.1,
        )
        s.box(left, 745, left + 460, 772, WOOD)
        s.blend(rectangle(left + 10, 772, left + 450, 915), (158, 112, 78), (112, 78, 58))
        for plank in range(1, 6):
            s.box(left + 10 + plank * 73, 772, left + 13 + plank * 73, 915, BROWN)
    chance = random.Random(4)  # noqa: S311 - composition, not secrets
    for left, colours in (
        (52, (CLAY, GOLD, (118, 140, 84))),
        (602, ((118, 140, 84), RUST, GOLD)),
        (1152, (SAND, CLAY, DUNE)),
    ):
        for number, colour in enumerate(colours):
            x = left + number * 148
            for row in range(3):
                for column in range(6 - row):
                    fruit = mix(colour, PAPER, chance.uniform(0, 0.25))
                    s.disc(x + 17 + column * 21 + row * 10, 712 - row * 17, 12, fruit)
            s.polygon([(x, 712), (x + 136, 712), (x + 128, 752), (x + 8, 752)], (190, 146, 102))
            s.box(x + 4, 728, x + 132, 732, WOOD)
    for x, colour in ((520, SAND), (1090, PAPER)):
        s.polygon(
            smooth([(x - 52, 950), (x - 60, 880), (x - 34, 812), (x + 34, 812), (x + 60, 880), (x + 52, 950)], 6),
            colour,
        )
        s.grain(ellipse(x, 880, 58, 70), DUNE, "right", 0.6)
        s.disc(x, 812, 38, mix(colour, BROWN, 0.3), 11)
        s.disc(x, 808, 32, GOLD, 10)
    person(s, 380, 985, 420, Look(PAPER, SKINS[0], INK, TEAL, "long"), facing=-1, far_hand=(-20, -56))
    s.polygon([(410, 800), (470, 800), (480, 890), (400, 890)], GOLD)
    s.arc(440, 802, 20, 180, 360, BROWN, 6)
    person(
        s, 1370, 985, 430, Look(DEEP, SKINS[3], BROWN, INK, "short"), facing=-1, far_hand=(-19, -55), near_hand=(2, -40)
    )
    return s


def network() -> Scene:
    """Small lights spread over a dark map, joined by fine lines."""
    s = Scene((8, 44, 54), (9, 66, 78), (8, 50, 60))
    lands = (
        [
            (60, 190),
            (170, 120),
            (330, 130),
            (470, 170),
            (430, 260),
            (350, 300),
            (330, 380),
            (260, 390),
            (200, 330),
            (110, 280),
            (60, 190),
        ],
        [
            (330, 470),
            (430, 460),
            (520, 540),
            (500, 640),
            (430, 760),
            (390, 860),
            (350, 780),
            (340, 640),
            (300, 560),
            (330, 470),
        ],
        [(700, 200), (790, 150), (900, 170), (930, 240), (860, 300), (780, 310), (710, 280), (700, 200)],
        [
            (700, 390),
            (810, 350),
            (930, 380),
            (990, 460),
            (950, 560),
            (900, 700),
            (840, 780),
            (800, 690),
            (780, 560),
            (700, 490),
            (700, 390),
        ],
        [
            (940, 170),
            (1120, 100),
            (1340, 130),
            (1500, 190),
            (1480, 300),
            (1370, 340),
            (1340, 440),
            (1250, 430),
            (1180, 480),
            (1100, 400),
            (1000, 350),
            (930, 290),
            (940, 170),
        ],
        [(1270, 640), (1370, 590), (1490, 630), (1510, 730), (1420, 790), (1310, 760), (1270, 640)],
        [(1180, 530), (1260, 520), (1310, 560), (1240, 580), (1180, 530)],
    )
    for land in lands:
        outline = smooth(land, 10)
        s.polygon(outline, (14, 82, 95))
        s.grain(outline, (32, 112, 122), "top", 0.42)
    nodes = [
        (180, 220),
        (300, 190),
        (390, 240),
        (270, 340),
        (390, 520),
        (460, 600),
        (390, 740),
        (760, 230),
        (850, 210),
        (800, 290),
        (760, 430),
        (880, 430),
        (930, 500),
        (850, 600),
        (850, 720),
        (1010, 250),
        (1120, 190),
        (1090, 340),
        (1200, 280),
        (1180, 420),
        (1300, 220),
        (1400, 270),
        (1290, 370),
        (1240, 550),
        (1340, 660),
        (1450, 700),
        (620, 330),
    ]
    links = [
        (0, 1),
        (1, 2),
        (0, 3),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 6),
        (2, 7),
        (7, 8),
        (8, 9),
        (9, 10),
        (9, 11),
        (10, 11),
        (11, 12),
        (12, 13),
        (13, 14),
        (10, 13),
        (8, 15),
        (15, 16),
        (15, 17),
        (17, 18),
        (16, 20),
        (18, 20),
        (20, 21),
        (21, 22),
        (18, 22),
        (17, 19),
        (19, 22),
        (22, 23),
        (23, 24),
        (24, 25),
        (11, 17),
        (5, 10),
        (12, 23),
        (14, 24),
        (2, 26),
        (26, 10),
        (6, 14),
    ]
    for number, (first, second) in enumerate(links):
        (x1, y1), (x2, y2) = nodes[first], nodes[second]
        lift = math.hypot(x2 - x1, y2 - y1) * 0.2
        middle = ((x1 + x2) / 2, (y1 + y2) / 2 - lift)
        curve = [
            (
                (1 - t) ** 2 * x1 + 2 * t * (1 - t) * middle[0] + t**2 * x2,
                (1 - t) ** 2 * y1 + 2 * t * (1 - t) * middle[1] + t**2 * y2,
            )
            for t in (step / 24 for step in range(25))
        ]
        bright = number % 5 == 0
        s.line(curve, (226, 150, 112) if bright else (74, 146, 152), 3.4 if bright else 2.4)
    for number, (x, y) in enumerate(nodes):
        size = (8, 12, 7, 16)[number % 4]
        s.glow(x, y, size * 7, GLOW, 0.6)
        if size == 16:
            s.arc(x, y, 30, 0, 360, (226, 150, 112), 3)
        s.disc(x, y, size, GOLD if number % 3 else (240, 164, 120))
        s.disc(x, y, size * 0.55, PAPER)
    return s


def classroom() -> Scene:
    """A lesson in which each follows in their own way: headphones, large print, a keyboard, signing hands."""
    s = Scene((231, 224, 205), (243, 234, 215))
    s.blend(rectangle(0, 820, WIDTH, 1000), (190, 152, 114), (158, 122, 90))
    s.box(60, 120, 330, 560, PAPER, 6)
    s.blend(rectangle(76, 136, 314, 544), (150, 192, 194), (241, 226, 192))
    s.hill([(76, 470), (160, 420), (240, 456), (314, 410)], (98, 152, 150), bottom=544)
    leafy(s, 226, 544, 190, (58, 120, 112))
    s.box(188, 128, 200, 552, PAPER)
    s.polygon([(76, 560), (314, 560), (560, 1000), (240, 1000)], sheer(GLOW, 0.3))
    s.box(420, 90, 1060, 530, WOOD, 8)
    s.blend(rectangle(436, 106, 1044, 514), (14, 84, 97), (9, 70, 83))
    s.grain(rectangle(436, 106, 1044, 514), SEA, "top", 0.2)
    # On the board: how three things depend on one another.
    for x, y, colour in ((560, 210, GOLD), (760, 390, BLUSH), (900, 210, PALE)):
        s.arc(x, y, 56, 0, 360, colour, 6)
    s.line([(622, 210), (836, 210)], PAPER, 5)
    s.line([(824, 200), (840, 210), (824, 220)], PAPER, 5)
    s.line([(592, 262), (712, 350)], PAPER, 5)
    s.line([(870, 264), (806, 348)], PAPER, 5)
    s.polygon([(534, 226), (560, 180), (586, 226)], GOLD)
    s.box(738, 374, 782, 410, BLUSH, 4)
    s.disc(900, 210, 22, PALE)
    for row in range(3):
        s.line([(470, 350 + row * 34), (600 - row * 34, 350 + row * 34)], sheer(PAPER, 0.7), 5)
    person(
        s, 1010, 830, 520, Look(CLAY, SKINS[0], INK, DEEP, "long"), facing=-1, near_hand=(-24, -74), far_hand=(-14, -50)
    )
    # The screen with the interpreter.
    s.line([(1350, 480), (1350, 830)], INK, 14)
    s.box(1270, 818, 1430, 834, INK, 6)
    s.box(1170, 190, 1530, 500, INK, 14)
    s.blend(rectangle(1184, 204, 1516, 486), (240, 205, 168), (226, 178, 138))
    s.polygon(smooth([(1284, 486), (1290, 410), (1320, 376), (1380, 376), (1410, 410), (1416, 486)], 6), TEAL)
    s.disc(1350, 300, 46, SKINS[1], 52)
    s.pen.pieslice(tuple(v * SCALE for v in (1298, 238, 1402, 340)), 180, 360, fill=INK)
    for side, (x, y) in ((-1, (1262, 330)), (1, (1432, 300))):
        s.line([(1350 + side * 50, 400), (1350 + side * 100, 450), (x, y + 24)], DEEP, 30)
        s.disc(x, y, 20, SKINS[1])
        for turn in (-120, -95, -70, -45):
            far = math.radians(turn + side * 10)
            s.line([(x, y), (x + 40 * math.cos(far), y + 40 * math.sin(far))], SKINS[1], 9)
    for turn in (0, 1):
        s.arc(1432, 290, 62 + turn * 22, -40, 30, PAPER, 5)
        s.arc(1262, 320, 62 + turn * 22, 150, 220, PAPER, 5)
    places = (200, 600, 1000, 1390)
    looks = (
        Look(SEA, SKINS[2], INK),
        Look((228, 170, 92), SKINS[0], RUST, INK, "scarf"),
        Look(RUST, SKINS[3], BROWN),
        Look(DEEP, SKINS[1], INK, INK, "bun"),
    )
    for x, look in zip(places, looks, strict=True):
        person(s, x, 1230, 640, look, near_hand=(-18, -43), far_hand=(18, -43), is_from_behind=True)
    s.arc(200, 640, 62, 190, 350, CLAY, 14)
    for ear in (-1, 1):
        s.box(200 + ear * 56 - 17, 626, 200 + ear * 56 + 17, 690, CLAY, 14)
    for x in places:
        s.polygon([(x - 180, 890), (x + 180, 890), (x + 196, 926), (x - 196, 926)], (218, 178, 132))
        s.box(x - 196, 926, x + 196, 946, WOOD)
        s.box(x - 170, 946, x - 150, 1000, INK)
        s.box(x + 150, 946, x + 170, 1000, INK)
    s.box(270, 872, 346, 892, INK, 8)
    s.polygon([(500, 760), (700, 760), (716, 904), (484, 904)], PAPER)
    s.grain([(500, 760), (700, 760), (716, 904), (484, 904)], DUNE, "bottom", 0.3)
    for row, wide in enumerate((150, 120, 160)):
        s.box(600 - 80 - row * 2, 784 + row * 40, 600 - 80 + wide, 804 + row * 40, INK, 5)
    s.box(890, 770, 1110, 892, INK, 8)
    s.blend(rectangle(900, 780, 1100, 880), (52, 140, 150), (24, 104, 118))
    for row in range(3):
        s.line([(922, 804 + row * 24), (1010 + row * 30, 804 + row * 24)], PALE, 6)
    s.polygon([(880, 892), (1120, 892), (1136, 914), (864, 914)], MIST)
    for row in range(2):
        s.line([(896 - row * 8, 899 + row * 7), (1104 + row * 8, 899 + row * 7)], DEEP, 3)
    s.box(1300, 880, 1370, 900, CLAY, 4)
    return s


def mountain_road() -> Scene:
    """A road winding over a bare pass in the evening, with one pair of headlights."""
    s = Scene((18, 66, 80), (66, 128, 136), (196, 190, 164), (240, 190, 146))
    outer = [
        (330 + 46 * math.cos(math.radians(turn)), 190 + 46 * math.sin(math.radians(turn))) for turn in range(20, 252, 4)
    ]
    inner = [
        (346 + 38 * math.cos(math.radians(turn)), 178 + 38 * math.sin(math.radians(turn)))
        for turn in range(240, 32, -4)
    ]
    s.polygon([*outer, *inner], (250, 236, 204))
    chance = random.Random(9)  # noqa: S311 - composition, not secrets
    for _ in range(46):
        s.disc(chance.uniform(0, 1600), chance.uniform(10, 260), chance.uniform(1.2, 2.8), sheer(PAPER, 0.7))
    s.glow(1020, 520, 520, GLOW, 0.55)
    peaks = [
        (0, 520),
        (150, 430),
        (290, 500),
        (470, 340),
        (620, 470),
        (760, 410),
        (960, 540),
        (1150, 400),
        (1330, 480),
        (1480, 360),
        (1600, 430),
    ]
    s.blend([*peaks, (1600, 800), (0, 800)], (126, 158, 152), (180, 176, 152))
    s.polygon([(470, 340), (540, 406), (500, 420), (478, 400), (450, 424), (412, 384)], PAPER)
    s.polygon([(1480, 360), (1540, 392), (1500, 410), (1470, 396), (1440, 416), (1420, 401)], PAPER)
    near = [(0, 640), (220, 560), (420, 620), (640, 530), (900, 640), (1180, 540), (1400, 600), (1600, 520)]
    outline = [*near, (1600, 1000), (0, 1000)]
    s.blend(outline, (78, 130, 132), (40, 96, 104))
    for left, top, right in (((220, 560), 640, 420), ((640, 530), 700, 900), ((1180, 540), 690, 1400)):
        s.grain([left, (right, 610), (right - 60, top + 60), (left[0] + 20, top + 20)], DEEP, "right", 0.7)
    slope = s.hill(
        [(0, 760), (300, 650), (620, 690), (980, 600), (1300, 680), (1600, 640)], (30, 92, 102), (12, 62, 74)
    )
    s.grain(slope, NIGHT, "bottom", 0.4)
    road = smooth(
        [
            (1000, 604),
            (1120, 622),
            (1180, 644),
            (1060, 664),
            (800, 676),
            (640, 702),
            (760, 738),
            (1100, 756),
            (1300, 796),
            (1120, 852),
            (640, 880),
            (380, 930),
            (420, 1040),
        ],
        20,
    )
    for index in range(len(road) - 1):
        share = index / len(road)
        s.line([road[index], road[index + 1]], (9, 48, 58), 16 + 92 * share**1.7)
    for index in range(len(road) - 1):
        share = index / len(road)
        s.line([road[index], road[index + 1]], mix((206, 186, 150), (176, 150, 118), share), 9 + 76 * share**1.7)
    for index in range(0, len(road) - 3, 5):
        share = index / len(road)
        if share > 0.3:
            s.line([road[index], road[index + 2]], PAPER, 1 + 4 * share**1.5)
    for index in range(6, len(road), 9):
        x, y = road[index]
        share = index / len(road)
        high = 8 + 34 * share**1.5
        edge = y + 8 + 46 * share**1.7
        s.box(x - 1.5 - 3 * share, edge - high, x + 1.5 + 3 * share, edge, PAPER)
        s.box(x - 1.5 - 3 * share, edge - high, x + 1.5 + 3 * share, edge - high * 0.7, CLAY)
    # The lorry comes down the middle bend towards us.
    s.polygon([(1120, 760), (1096, 770), (560, 900), (720, 940), (1110, 790)], sheer(GLOW, 0.2))
    s.glow(1104, 764, 170, GLOW, 0.9)
    s.box(1094, 692, 1170, 778, RUST, 4)
    s.box(1084, 700, 1146, 784, CLAY, 6)
    s.box(1092, 708, 1138, 738, NIGHT, 3)
    s.box(1086, 776, 1144, 788, INK, 3)
    for x in (1094, 1136):
        s.glow(x, 764, 60, GLOW, 1)
        s.disc(x, 764, 8, PAPER)
    for x, y, size in ((120, 900, 120), (250, 980, 90), (1480, 920, 130), (1350, 985, 80), (60, 1000, 120)):
        rock = smooth(
            [
                (x - size, y + size * 0.5),
                (x - size * 0.7, y - size * 0.3),
                (x, y - size * 0.6),
                (x + size * 0.8, y - size * 0.1),
                (x + size, y + size * 0.5),
            ],
            2,
        )
        s.polygon([*rock, (x + size, 1000), (x - size, 1000)], (8, 48, 58))
        s.grain([*rock, (x + size, 1000), (x - size, 1000)], SEA, "top", 0.35)
    return s


def checkpoint() -> Scene:
    """A lorry waits before a barrier; a guard reads its papers."""
    s = Scene((126, 178, 180), (206, 218, 200), (246, 224, 184))
    s.glow(1180, 330, 420, GLOW, 0.7)
    s.disc(1180, 320, 66, (255, 237, 192))
    s.hill(
        [(0, 520), (220, 400), (420, 470), (640, 380), (860, 470), (1100, 420), (1360, 490), (1600, 400)],
        (160, 172, 156),
        (206, 190, 156),
    )
    s.hill([(0, 580), (300, 510), (620, 560), (1000, 520), (1300, 560), (1600, 530)], (196, 156, 118), (214, 178, 136))
    sand = s.hill([(0, 620), (500, 600), (1100, 604), (1600, 616)], (228, 198, 152), (206, 168, 122))
    s.grain(sand, WOOD, "bottom", 0.16)
    s.blend([(720, 598), (880, 598), (1330, 1000), (270, 1000)], (108, 118, 114), (70, 86, 90))
    for near, far in ((1000, 930), (880, 830), (800, 762)):
        half = (near - 580) / 42
        s.polygon([(800 - half, near), (800 + half, near), (800 + half * 0.8, far), (800 - half * 0.8, far)], PALE)
    s.polygon([(264, 1000), (290, 1000), (724, 598), (718, 598)], PAPER)
    s.polygon([(1336, 1000), (1310, 1000), (876, 598), (882, 598)], PAPER)
    # The lorry, head on.
    s.disc(800, 812, 235, sheer(INK, 0.35), 26)
    s.box(630, 300, 970, 720, RUST, 8)
    s.grain(rectangle(630, 300, 970, 720), BROWN, "right", 0.6)
    for rib in range(1, 9):
        s.box(630 + rib * 38, 306, 633 + rib * 38, 420, (126, 60, 42))
    s.box(650, 420, 950, 760, CLAY, 22)
    s.grain(rectangle(660, 600, 940, 750), RUST, "bottom", 0.6)
    s.polygon([(680, 450), (920, 450), (936, 580), (664, 580)], DEEP)
    s.polygon([(700, 450), (790, 450), (740, 580), (672, 580)], sheer(PALE, 0.35))
    s.disc(740, 540, 28, SKINS[1], 32)
    s.box(706, 562, 776, 580, SEA, 8)
    s.box(622, 500, 646, 570, INK, 6)
    s.box(954, 500, 978, 570, INK, 6)
    s.box(740, 620, 860, 690, BROWN, 6)
    for row in range(3):
        s.box(750, 632 + row * 18, 850, 640 + row * 18, DUNE)
    for x in (690, 910):
        s.disc(x, 656, 26, PAPER)
        s.disc(x, 656, 18, GLOW)
    s.box(640, 718, 960, 764, INK, 8)
    for x in (650, 890):
        s.box(x, 760, x + 60, 812, INK, 8)
    # The booth.
    s.polygon([(1150, 330), (1560, 330), (1520, 290), (1190, 290)], DEEP)
    s.box(1150, 328, 1560, 352, TEAL)
    s.box(1190, 352, 1520, 880, PAPER)
    s.grain(rectangle(1190, 352, 1520, 880), DUNE, "right", 0.4)
    s.box(1222, 400, 1400, 600, DEEP, 6)
    s.polygon([(1222, 400), (1310, 400), (1240, 600), (1222, 600)], sheer(PALE, 0.3))
    s.box(1206, 600, 1416, 618, WOOD)
    s.box(1430, 420, 1500, 880, SEA, 4)
    s.disc(1488, 660, 7, GOLD)
    s.box(1190, 700, 1416, 730, CLAY)
    s.box(1190, 870, 1520, 886, MIST)
    s.disc(1311, 500, 30, SKINS[2], 34)
    s.box(1260, 536, 1362, 600, GOLD, 26)
    s.pen.pieslice(tuple(v * SCALE for v in (1276, 456, 1346, 520)), 180, 360, fill=INK)
    # The barrier.
    s.box(1060, 690, 1116, 900, INK, 8)
    s.box(1050, 690, 1126, 712, CLAY, 6)
    s.box(404, 726, 424, 900, INK, 4)
    left, width = 380, 72
    for number in range(10):
        s.polygon(
            [
                (left + number * width, 716),
                (left + (number + 1) * width, 716),
                (left + (number + 1) * width - 20, 748),
                (left + number * width - 20, 748),
            ],
            CLAY if number % 2 == 0 else PAPER,
        )
    s.disc(740, 732, 28, RUST)
    s.box(722, 726, 758, 738, PAPER)
    person(
        s,
        300,
        935,
        480,
        Look((222, 164, 70), SKINS[0], NIGHT, NIGHT, "cap"),
        facing=1,
        near_hand=(14, -56),
        far_hand=(20, -58),
    )
    s.box(250, 640, 350, 652, PAPER)
    s.box(254, 700, 346, 712, PAPER)
    s.polygon([(360, 630), (424, 612), (436, 684), (372, 700)], PAPER)
    s.polygon([(368, 624), (400, 616), (402, 626), (370, 634)], INK)
    for row in range(3):
        s.line([(376, 650 + row * 14), (418, 640 + row * 14)], MIST, 3)
    for x, y in ((150, 900), (100, 970), (1470, 960)):
        s.polygon([(x - 26, y), (x + 26, y), (x + 7, y - 84), (x - 7, y - 84)], CLAY)
        s.polygon([(x - 18, y - 28), (x + 18, y - 28), (x + 12, y - 56), (x - 12, y - 56)], PAPER)
        s.box(x - 36, y - 4, x + 36, y + 6, RUST, 3)
    return s


def farm() -> Scene:
    """Furrows run to a barn and silos; a tractor sprays a field."""
    s = Scene((112, 170, 176), (204, 220, 204), (248, 228, 184))
    s.glow(1250, 330, 480, GLOW, 0.8)
    s.disc(1250, 320, 78, (255, 236, 188))
    for x, y, w in ((300, 170, 150), (700, 120, 110), (520, 250, 90)):
        for dx, dy, r in ((-0.5, 0, 0.3), (0, -0.14, 0.42), (0.5, 0, 0.3)):
            s.disc(x + dx * w, y + dy * w, r * w, sheer(PAPER, 1), r * w * 0.5)
    s.hill([(0, 470), (260, 410), (560, 460), (900, 400), (1250, 455), (1600, 400)], (120, 164, 152), (156, 182, 156))
    s.hill([(0, 520), (400, 480), (800, 510), (1200, 470), (1600, 505)], (186, 176, 110), (206, 184, 124))
    for x in range(20, 420, 52):
        leafy(s, x, 545, 110 + x % 90, (44, 110, 106))
    s.polygon(rectangle(0, 540, WIDTH, HEIGHT), (142, 150, 104))
    chance = random.Random(2)  # noqa: S311 - composition, not secrets
    for number in range(-16, 26):
        near, far = 420 + number * 150, 740 + number * 30
        tone = ((120, 138, 100), (154, 158, 108), (98, 128, 100))[number % 3]
        s.polygon([(far, 540), (far + 16, 540), (near + 88, 1000), (near, 1000)], tone)
        if -12 < number < 20:
            for step in range(14):
                y = 548 + 450 * (step / 14) ** 1.7
                share = (y - 540) / 460
                x = far + 8 + (near + 44 - far - 8) * share
                size = 2 + 26 * share
                s.disc(x, y, size, mix((40, 108, 100), (74, 134, 108), chance.choice((0, 0.5, 1))), size * 0.62)
    # Barn and silos.
    for x, tall in ((1010, 250), (1090, 300)):
        s.blend(rectangle(x, 560 - tall, x + 70, 560), PALE, MIST, (96, 146, 150), across=True)
        s.pen.pieslice(tuple(v * SCALE for v in (x, 560 - tall - 34, x + 70, 560 - tall + 34)), 180, 360, fill=SEA)
        for ring in range(1, 6):
            s.box(x, 560 - tall + ring * tall / 6, x + 70, 560 - tall + ring * tall / 6 + 3, sheer(DEEP, 0.35))
    s.polygon([(640, 560), (640, 400), (690, 330), (800, 280), (910, 330), (960, 400), (960, 560)], CLAY)
    s.grain([(640, 560), (640, 400), (690, 330), (800, 280), (910, 330), (960, 400), (960, 560)], RUST, "right", 0.7)
    s.line([(622, 408), (684, 322), (800, 268), (916, 322), (978, 408)], PAPER, 14)
    s.box(730, 420, 870, 560, RUST)
    s.line([(730, 420), (870, 420), (870, 558), (730, 558), (730, 420), (870, 558)], PAPER, 7)
    s.line([(870, 420), (730, 558)], PAPER, 7)
    s.disc(800, 346, 26, PAPER)
    s.disc(800, 346, 18, DEEP)
    # The tractor and its spray.
    x, ground = 1200, 800
    s.disc(x + 110, ground, 240, sheer(INK, 0.25), 16)
    for arm in range(6):
        top = 700
        nozzle = x - 70 - arm * 42
        s.polygon([(nozzle, top), (nozzle - 30, top + 92), (nozzle + 26, top + 92)], sheer(PAPER, 0.45))
    s.line([(x - 300, 698), (x + 10, 698)], INK, 8)
    s.line([(x - 290, 698), (x - 30, 630)], INK, 4)
    s.box(x - 60, 590, x + 50, 700, PAPER, 22)
    s.grain(rectangle(x - 56, 596, x + 46, 696), MIST, "bottom", 0.7)
    s.box(x + 60, 510, x + 200, 640, INK, 10)
    s.box(x + 72, 524, x + 188, 634, PALE, 4)
    s.box(x + 52, 498, x + 210, 516, TEAL, 6)
    s.disc(x + 128, 572, 19, SKINS[0], 22)
    s.pen.pieslice(tuple(v * SCALE for v in (x + 106, 544, x + 152, 584)), 180, 360, fill=GOLD)
    s.box(x + 102, 594, x + 158, 640, CLAY, 12)
    s.polygon([(x + 50, 640), (x + 330, 640), (x + 346, 660), (x + 346, 730), (x + 50, 730)], TEAL)
    s.grain([(x + 50, 640), (x + 330, 640), (x + 346, 660), (x + 346, 730), (x + 50, 730)], NIGHT, "bottom", 0.6)
    s.line([(x + 262, 640), (x + 262, 560)], INK, 10)
    s.disc(x + 336, 672, 10, GLOW)
    for wheel, radius in ((110, 92), (300, 60)):
        s.disc(x + wheel, ground - radius, radius, INK)
        s.disc(x + wheel, ground - radius, radius * 0.55, GOLD)
        s.disc(x + wheel, ground - radius, radius * 0.18, BROWN)
    return s


def city() -> Scene:
    """A city in the evening; from one open window somebody calls across the street."""
    s = Scene((14, 58, 72), (58, 118, 128), (222, 172, 140), (244, 200, 150))
    s.glow(800, 720, 700, BLUSH, 0.5)
    s.disc(980, 190, 64, (252, 238, 206))
    for mark_x, mark_y, r in ((960, 176, 12), (1002, 206, 9), (990, 170, 6)):
        s.disc(mark_x, mark_y, r, (236, 218, 182))
    chance = random.Random(14)  # noqa: S311 - composition, not secrets
    x = 360.0
    while x < 1260:
        wide, tall = chance.uniform(60, 120), chance.uniform(180, 430)
        s.box(x, 800 - tall, x + wide, 860, (112, 138, 138))
        x += wide
    x = 400.0
    while x < 1200:
        wide, tall = chance.uniform(70, 130), chance.uniform(120, 330)
        s.box(x, 830 - tall, x + wide - 4, 900, (52, 100, 110))
        for pane in range(int(x) + 14, int(x + wide) - 20, 24):
            for wy in range(int(830 - tall) + 20, 820, 34):
                if chance.random() < 0.5:
                    s.box(pane, wy, pane + 11, wy + 17, GOLD if chance.random() < 0.7 else GLOW)
        x += wide
    for left, right, top, wall in (
        (-10, 250, 120, (12, 72, 86)),
        (230, 520, 250, (22, 88, 100)),
        (1080, 1380, 210, (17, 80, 93)),
        (1350, 1610, 90, (10, 66, 79)),
    ):
        s.box(left, top, right, 1000, wall)
        s.blend(rectangle(left, top, right, 1000), wall, mix(wall, NIGHT, 0.55))
        s.box(left - 8, top - 14, right + 8, top + 12, mix(wall, PAPER, 0.16))
        columns = int((right - left) // 92)
        gap = (right - left) / columns
        for column in range(columns):
            for row, y in enumerate(range(int(top) + 60, 840, 142)):
                wx = left + gap * column + gap / 2 - 28
                lit = chance.random() < 0.5
                s.box(wx - 5, y - 5, wx + 61, y + 91, mix(wall, PAPER, 0.2), 3)
                if lit:
                    s.blend(rectangle(wx, y, wx + 56, y + 86), GLOW, GOLD)
                    if chance.random() < 0.5:
                        s.polygon([(wx, y), (wx + 20, y), (wx + 6, y + 86), (wx, y + 86)], sheer(CLAY, 0.8))
                        s.polygon([(wx + 56, y), (wx + 36, y), (wx + 50, y + 86), (wx + 56, y + 86)], sheer(CLAY, 0.8))
                    if row % 2 and chance.random() < 0.6:
                        s.box(wx + 12, y + 58, wx + 34, y + 86, RUST, 3)
                        s.disc(wx + 23, y + 50, 16, SEA)
                else:
                    s.box(wx, y, wx + 56, y + 86, NIGHT)
                s.box(wx + 26, y, wx + 30, y + 86, mix(wall, PAPER, 0.2))
                s.box(wx - 8, y + 90, wx + 64, y + 99, mix(wall, PAPER, 0.26))
    # The window that is open, and who leans out of it.
    s.glow(1172, 500, 230, GLOW, 0.75)
    s.box(1098, 400, 1246, 592, PAPER, 4)
    s.blend(rectangle(1108, 410, 1236, 584), GLOW, GOLD)
    s.polygon([(1108, 402), (1050, 430), (1050, 606), (1108, 584)], PAPER)
    s.polygon([(1100, 416), (1060, 436), (1060, 592), (1100, 576)], SEA)
    s.polygon([(1236, 402), (1290, 430), (1290, 606), (1236, 584)], PAPER)
    s.polygon([(1244, 416), (1281, 436), (1281, 592), (1244, 576)], SEA)
    s.polygon(smooth([(1210, 590), (1204, 520), (1170, 484), (1136, 500), (1128, 590)], 8), CLAY)
    s.disc(1140, 462, 32, SKINS[1], 36)
    s.pen.pieslice(tuple(v * SCALE for v in (1106, 418, 1178, 494)), 195, 385, fill=INK)
    s.disc(1164, 466, 18, INK, 30)
    s.line([(1142, 524), (1098, 530), (1086, 484)], mix(CLAY, PAPER, 0.14), 24)
    s.disc(1090, 474, 14, SKINS[1])
    for ring in range(3):
        s.arc(1096, 474, 46 + ring * 26, 165, 230, GLOW, 6)
    s.box(1086, 584, 1258, 602, PAPER, 3)
    # Across the street, a balcony where somebody answers.
    s.glow(400, 580, 190, GLOW, 0.5)
    s.box(352, 470, 446, 660, (234, 190, 120), 4)
    person(s, 404, 668, 186, Look(PAPER, SKINS[0], INK, TEAL, "scarf"), facing=1, far_hand=(20, -92))
    s.box(320, 640, 490, 646, INK)
    for bar in range(324, 490, 14):
        s.box(bar, 640, bar + 3, 690, INK)
    s.box(312, 688, 498, 702, mix(TEAL, PAPER, 0.2))
    s.line(smooth([(520, 330), (680, 400), (900, 396), (1080, 320)]), INK, 3)
    for number, (lx, ly) in enumerate(smooth([(520, 330), (680, 400), (900, 396), (1080, 320)], 4)[1:-1]):
        s.glow(lx, ly + 14, 46, GLOW, 0.8)
        s.disc(lx, ly + 12, 9, GOLD if number % 2 else GLOW)
    s.box(500, 850, 1100, 1000, (20, 66, 78))
    s.blend([(520, 1000), (700, 840), (900, 840), (1080, 1000)], (78, 96, 100), (34, 66, 76))
    for near, far in ((990, 950), (925, 898), (880, 862)):
        s.polygon([(797, far), (803, far), (806, near), (794, near)], GLOW)
    return s


def screens() -> Scene:
    """A row of screens with shop pages on a long desk, chairs pushed back, two people comparing notes."""
    s = Scene((233, 226, 208), (240, 231, 212))
    s.blend(rectangle(0, 780, WIDTH, 1000), (176, 196, 188), (140, 170, 168))
    s.box(60, 70, 760, 330, PAPER, 6)
    s.blend(rectangle(76, 86, 744, 314), (140, 186, 190), (238, 224, 190))
    x = 76.0
    chance = random.Random(31)  # noqa: S311 - composition, not secrets
    while x < 730:
        wide, tall = chance.uniform(34, 70), chance.uniform(50, 150)
        s.box(x, 314 - tall, min(x + wide, 744), 314, chance.choice([(104, 154, 156), (128, 172, 170), (84, 138, 144)]))
        x += wide
    for x in (292, 518):
        s.box(x, 80, x + 10, 320, PAPER)
    s.line([(1290, 0), (1290, 170)], INK, 5)
    s.polygon([(1250, 166), (1330, 166), (1376, 232), (1204, 232)], TEAL)
    s.glow(1290, 240, 210, GLOW, 0.9)
    s.blend([(30, 690), (1150, 690), (1180, 738), (0, 738)], (206, 164, 120), (186, 144, 104))
    s.box(0, 738, 1180, 756, WOOD)
    for x in (60, 1096):
        s.box(x, 756, x + 26, 960, INK)
    tints = ((CLAY, GOLD, SEA, MIST), (DEEP, BLUSH, CLAY, GOLD), (SEA, SAND, RUST, TEAL))
    for number, left in enumerate((60, 420, 780)):
        s.box(left + 140, 640, left + 180, 706, INK)
        s.box(left + 96, 698, left + 224, 712, INK, 6)
        s.box(left, 400, left + 330, 650, INK, 12)
        s.box(left + 12, 412, left + 318, 638, PAPER, 4)
        s.box(left + 12, 412, left + 318, 444, (TEAL, CLAY, DEEP)[number], 4)
        s.box(left + 24, 422, left + 150, 434, sheer(PAPER, 0.8), 6)
        s.disc(left + 300, 428, 8, GOLD)
        for row in range(2):
            for column in range(4):
                cx, cy = left + 26 + column * 72, 460 + row * 90
                tint = tints[number][(row * 3 + column) % 4]
                s.box(cx, cy, cx + 60, cy + 54, mix(tint, PAPER, 0.55), 4)
                if (row + column + number) % 3 == 0:
                    s.disc(cx + 30, cy + 28, 16, tint)
                elif (row + column + number) % 3 == 1:
                    s.box(cx + 20, cy + 14, cx + 40, cy + 48, tint, 5)
                    s.box(cx + 25, cy + 7, cx + 35, cy + 16, tint)
                else:
                    s.polygon([(cx + 16, cy + 48), (cx + 30, cy + 12), (cx + 44, cy + 48)], tint)
                s.box(cx, cy + 60, cx + 44, cy + 66, MIST, 3)
                s.box(cx, cy + 70, cx + 24, cy + 76, tint, 3)
        s.box(left + 60, 716, left + 240, 728, MIST, 4)
    s.arc(566, 577, 44, 0, 360, CLAY, 8)
    s.box(1110, 650, 1146, 696, CLAY, 6)
    chair(s, 270, 960, 330, SEA)
    chair(s, 690, 985, 330, CLAY)
    s.disc(1320, 965, 250, sheer(INK, 0.12), 26)
    person(
        s, 1220, 965, 590, Look(DEEP, SKINS[1], INK, INK, "short"), facing=1, near_hand=(16, -55), far_hand=(21, -57)
    )
    person(
        s,
        1440,
        968,
        560,
        Look(CLAY, SKINS[0], (60, 40, 34), (40, 64, 70), "bun", True),
        facing=-1,
        near_hand=(-17, -58),
        far_hand=(-20, -52),
    )
    s.polygon([(1296, 622), (1352, 606), (1364, 690), (1308, 704)], PAPER)
    s.polygon([(1350, 640), (1404, 626), (1392, 706), (1340, 714)], SAND)
    for row in range(3):
        s.line([(1308, 634 + row * 18), (1344, 624 + row * 18)], SEA, 4)
        s.line([(1358 - row * 2, 652 + row * 16), (1392 - row * 2, 644 + row * 16)], WOOD, 4)
    return s


def handshake() -> Scene:
    """A woman in a suit and a man in work clothes shake hands over a table; keys hang on the wall."""
    s = Scene((20, 84, 97), (16, 94, 108), (32, 110, 120))
    s.glow(800, 420, 620, SEA, 0.75)
    s.box(530, 90, 1070, 420, (128, 92, 66), 10)
    s.box(546, 106, 1054, 404, SAND, 4)
    s.blend(rectangle(546, 106, 1054, 404), SAND, mix(SAND, DUNE, 0.6))
    tags = (CLAY, TEAL, GOLD, RUST)
    for row in range(3):
        for column in range(7):
            x, y = 590 + column * 70, 138 + row * 92
            if (row * 7 + column) in (4, 12, 16):
                s.disc(x, y, 5, BROWN)
                continue
            s.disc(x, y, 5, BROWN)
            s.arc(x, y + 14, 13, 0, 360, INK, 4)
            s.box(x - 3, y + 24, x + 3, y + 62, INK)
            s.box(x + 2, y + 48, x + 11, y + 53, INK)
            s.box(x + 2, y + 56, x + 9, y + 61, INK)
            s.box(x + 8, y + 20, x + 24, y + 44, tags[(row + column) % 4], 4)
    # The empty chair, between the two.
    s.box(706, 490, 894, 560, WOOD, 16)
    s.box(706, 582, 894, 640, WOOD, 10)
    for x in (716, 866):
        s.box(x, 500, x + 18, 800, BROWN)
    # The woman.
    suit, jacket = (12, 52, 62), (206, 130, 74)
    s.box(220, 330, 470, 620, (60, 40, 34), 110)
    s.box(312, 520, 382, 640, mix(SKINS[3], INK, 0.18))
    body = smooth(
        [(110, 1000), (120, 800), (170, 660), (260, 612), (350, 600), (430, 616), (500, 680), (520, 820), (510, 1000)],
        8,
    )
    s.polygon(body, suit)
    s.grain(body, INK, "left", 0.6)
    s.polygon([(318, 606), (400, 606), (384, 800)], PAPER)
    s.polygon([(300, 602), (326, 604), (384, 800), (330, 720)], TEAL)
    s.polygon([(412, 606), (394, 604), (384, 800), (420, 700)], TEAL)
    s.disc(352, 448, 88, SKINS[3], 104)
    s.pen.pieslice(tuple(v * SCALE for v in (240, 318, 446, 540)), 165, 325, fill=(60, 40, 34))
    s.disc(282, 450, 44, (60, 40, 34), 90)
    s.disc(300, 500, 8, GOLD)
    # The man.
    s.box(1216, 510, 1296, 640, mix(SKINS[0], INK, 0.22))
    body = smooth(
        [
            (1060, 1000),
            (1050, 830),
            (1070, 700),
            (1140, 626),
            (1230, 604),
            (1330, 616),
            (1430, 660),
            (1490, 780),
            (1510, 1000),
        ],
        8,
    )
    s.polygon(body, jacket)
    s.grain(body, RUST, "right", 0.45)
    s.polygon([(1190, 612), (1300, 612), (1262, 690), (1228, 690)], DEEP)
    s.line([(1244, 690), (1240, 1000)], RUST, 6)
    s.disc(1246, 440, 90, SKINS[0], 106)
    s.pen.pieslice(tuple(v * SCALE for v in (1146, 312, 1346, 520)), 190, 352, fill=GOLD)
    s.box(1120, 398, 1330, 418, GOLD, 8)
    s.box(1232, 316, 1262, 352, (245, 204, 120), 8)
    s.polygon(
        smooth([(1178, 480), (1190, 540), (1240, 556), (1300, 530), (1320, 450), (1270, 500), (1178, 480)], 6), INK
    )
    # The table, papers, and hands that meet over it.
    s.blend([(0, 830), (1600, 830), (1600, 1000), (0, 1000)], (214, 170, 124), (178, 134, 96))
    s.box(0, 826, WIDTH, 838, (228, 190, 146))
    for points, colour in (
        ([(560, 880), (760, 862), (780, 950), (572, 972)], PAPER),
        ([(800, 870), (990, 886), (976, 976), (790, 960)], PALE),
        ([(1140, 872), (1330, 858), (1356, 942), (1160, 960)], PAPER),
    ):
        s.polygon([(x + 8, y + 8) for x, y in points], sheer(BROWN, 0.35))
        s.polygon(points, colour)
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points
        for row in range(1, 4):
            t = row / 4.4
            left, right = (
                (x1 + (x4 - x1) * t + 22, y1 + (y4 - y1) * t),
                (x2 + (x3 - x2) * t - 26 - row * 14, y2 + (y3 - y2) * t),
            )
            s.line([left, right], MIST, 5)
    s.polygon([(150, 720), (390, 684), (440, 900), (196, 940)], CLAY)
    s.grain([(150, 720), (390, 684), (440, 900), (196, 940)], RUST, "bottom", 0.6)
    s.polygon([(170, 706), (380, 674), (384, 690), (172, 724)], PAPER)
    s.line([(170, 690), (170, 860), (300, 860)], (22, 70, 80), 66)
    s.disc(330, 856, 36, SKINS[3])
    for finger in range(3):
        s.box(330, 830 + finger * 20, 384, 847 + finger * 20, SKINS[3], 9)
    s.line([(470, 700), (560, 790), (690, 730)], (22, 70, 80), 84)
    s.line([(1120, 706), (1040, 790), (910, 730)], (220, 146, 90), 88)
    s.line([(690, 730), (716, 718)], PAPER, 74, round_ends=False)
    s.line([(910, 730), (886, 718)], RUST, 78, round_ends=False)
    s.line([(890, 716), (816, 690)], SKINS[0], 58)
    s.line([(712, 714), (786, 688)], SKINS[3], 54)
    s.box(762, 652, 842, 724, SKINS[3], 26)
    for finger in range(4):
        s.box(
            800 - finger * 3,
            656 + finger * 17,
            852 - finger * 5,
            672 + finger * 17,
            mix(SKINS[3], BROWN, 0.05 + 0.05 * finger),
            8,
        )
    s.line([(838, 668), (782, 650)], SKINS[0], 24)
    return s


def river_port() -> Scene:
    """A broad river with barges, a small port with tanks and a crane on its bank."""
    s = Scene((96, 160, 168), (198, 214, 198), (246, 222, 180))
    s.glow(420, 300, 460, GLOW, 0.8)
    s.disc(420, 290, 64, (255, 236, 190))
    for x, y in ((760, 160), (820, 190), (700, 200)):
        s.line(smooth([(x - 26, y - 8), (x - 12, y - 12), (x, y), (x + 12, y - 12), (x + 26, y - 8)], 5), INK, 4)
    s.hill(
        [(0, 400), (220, 330), (480, 390), (760, 320), (1080, 390), (1340, 340), (1600, 390)],
        (132, 172, 160),
        (158, 188, 166),
    )
    s.hill([(0, 450), (300, 410), (700, 440), (1100, 405), (1600, 440)], (92, 146, 138), (120, 160, 138))
    river = smooth(
        [(980, 452), (840, 466), (700, 500), (760, 560), (820, 630), (640, 740), (330, 880), (100, 1040)], 14
    )
    bank = smooth(
        [(1010, 452), (940, 468), (900, 500), (1040, 560), (1190, 640), (1290, 760), (1380, 880), (1460, 1040)], 14
    )
    s.blend(rectangle(0, 450, WIDTH, HEIGHT), (150, 168, 130), (92, 134, 116))
    fields = (
        ([(0, 470), (420, 470), (330, 560), (0, 590)], (206, 190, 132)),
        ([(0, 600), (300, 575), (150, 720), (0, 760)], (120, 152, 112)),
        ([(440, 470), (640, 480), (620, 540), (360, 560)], (128, 158, 124)),
        ([(1240, 460), (1600, 470), (1600, 540), (1300, 520)], (206, 186, 136)),
    )
    for points, tone in fields:
        s.polygon(points, tone)
    for x, y, size in (
        (120, 600, 60),
        (190, 590, 70),
        (260, 585, 56),
        (520, 560, 54),
        (580, 556, 62),
        (80, 820, 110),
        (190, 800, 96),
        (20, 930, 140),
        (650, 540, 44),
    ):
        leafy(s, x, y, size, (40, 104, 100))
    s.polygon([*river, *reversed(bank)], (232, 214, 176))
    inner = [(x + 14, y) for x, y in river]
    outer = [(x - 14, y) for x, y in bank]
    s.blend([*inner, *reversed(outer)], (190, 208, 194), (66, 140, 150), (14, 92, 107))
    ripples(s, 870, 480, 960, 170, PAPER, 8)
    # The quay and what stands on it.
    quay = [(1010, 545), (1600, 520), (1600, 1000), (1440, 1000), (1180, 620)]
    s.polygon([(x - 16, y + 16) for x, y in quay], (96, 104, 98))
    s.blend(quay, (218, 202, 168), (186, 164, 128))
    for x, y, radius, tall in (
        (1290, 560, 52, 110),
        (1410, 556, 52, 110),
        (1530, 552, 52, 110),
        (1350, 640, 66, 140),
        (1500, 636, 66, 140),
    ):
        s.disc(x + 18, y, radius + 14, sheer(BROWN, 0.3), 18)
        s.blend(rectangle(x - radius, y - tall, x + radius, y), PAPER, PALE, MIST, (96, 150, 156), across=True)
        s.disc(x, y, radius, MIST, 12)
        s.blend(rectangle(x - radius, y - 20, x + radius, y), PAPER, PALE, MIST, (96, 150, 156), across=True)
        s.disc(x, y - tall, radius, PAPER, 15)
        s.box(x - radius, y - tall * 0.55, x + radius, y - tall * 0.4, CLAY)
        s.line([(x + radius * 0.4, y - tall + 8), (x + radius * 0.6, y - 4)], TEAL, 3)
    s.polygon([(1340, 820), (1340, 730), (1470, 680), (1600, 730), (1600, 820)], CLAY)
    s.polygon([(1320, 736), (1470, 672), (1620, 736), (1620, 752), (1470, 692), (1320, 752)], RUST)
    s.box(1340, 752, 1600, 900, (212, 130, 96))
    for x in (1370, 1490):
        s.box(x, 800, x + 80, 900, DEEP, 3)
        for slat in range(1, 6):
            s.box(x, 800 + slat * 16, x + 80, 803 + slat * 16, TEAL)
    s.line([(1214, 640), (1214, 440)], NIGHT, 16)
    s.line([(1214, 470), (1010, 390)], NIGHT, 11)
    s.line([(1214, 470), (1268, 450)], NIGHT, 14)
    s.line([(1214, 430), (1110, 426)], NIGHT, 4)
    s.box(1190, 470, 1240, 520, CLAY, 4)
    s.box(1198, 480, 1222, 500, PALE)
    s.line([(1012, 392), (1012, 560)], NIGHT, 3)
    s.box(976, 560, 1048, 592, GOLD, 2)
    # Barges.
    for x, y, u, load in ((880, 655, 1.0, True), (470, 880, 1.55, False), (830, 508, 0.36, True)):
        s.polygon([(x - 190 * u, y), (x + 180 * u, y), (x + 150 * u, y + 44 * u), (x - 170 * u, y + 44 * u)], NIGHT)
        s.polygon(
            [
                (x - 180 * u, y + 26 * u),
                (x + 162 * u, y + 26 * u),
                (x + 150 * u, y + 44 * u),
                (x - 170 * u, y + 44 * u),
            ],
            RUST,
        )
        s.box(x - 184 * u, y - 8 * u, x + 180 * u, y + 2 * u, MIST)
        s.box(x - 176 * u, y - 66 * u, x - 104 * u, y - 6 * u, PAPER)
        s.box(x - 168 * u, y - 56 * u, x - 112 * u, y - 36 * u, TEAL)
        s.box(x - 180 * u, y - 74 * u, x - 98 * u, y - 64 * u, CLAY)
        if load:
            containers(s, x - 86 * u, y - 6 * u, 5, 2, (48 * u, 28 * u), 5)
        else:
            for n in range(3):
                s.box(
                    x - 84 * u + n * 84 * u, y - 46 * u, x - 10 * u + n * 84 * u, y - 6 * u, (SEA, MIST, SEA)[n], 18 * u
                )
                s.box(x - 56 * u + n * 84 * u, y - 54 * u, x - 38 * u + n * 84 * u, y - 42 * u, INK, 3)
        s.line([(x - 200 * u, y + 46 * u), (x - 290 * u, y + 54 * u)], PALE, 4 * u)
        s.line([(x - 170 * u, y + 56 * u), (x - 300 * u, y + 70 * u)], PALE, 3 * u)
    return s


def archive() -> Scene:
    """A wall of small drawers; one is pulled out and holds a single card."""
    s = Scene((126, 88, 64), (104, 72, 54))
    chance = random.Random(12)  # noqa: S311 - composition, not secrets
    wide, tall = 178, 142
    for row in range(-1, 7):
        for column in range(-1, 9):
            x, y = 20 + column * wide, 24 + row * tall
            tone = mix((190, 142, 98), (214, 170, 122), chance.random())
            s.box(x, y, x + wide - 12, y + tall - 12, tone, 5)
            s.box(x, y + tall - 24, x + wide - 12, y + tall - 12, mix(tone, BROWN, 0.35), 4)
            s.box(x + 50, y + 28, x + wide - 62, y + 64, (92, 66, 50), 4)
            s.box(x + 55, y + 33, x + wide - 67, y + 59, PAPER)
            s.box(x + 62, y + 42, x + 62 + chance.uniform(24, 44), y + 49, MIST, 3)
            s.disc(x + (wide - 12) / 2, y + 92, 12, (92, 66, 50))
            s.disc(x + (wide - 12) / 2 - 2, y + 89, 8, GOLD)
    shadow = Image.radial_gradient("L").resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BILINEAR)
    s.image.paste(NIGHT, (0, 0), shadow.point(lambda v: min(190, max(0, round((v - 34) * 1.15)))))
    s.glow(800, 420, 700, GLOW, 0.32)
    # The drawer that is open: its front lower and larger than the others, its inside above.
    left, right, front = 686, 982, 610
    back = (732, 876, 312, 420)
    s.polygon(
        [(left - 30, front + 190), (right + 60, front + 190), (right + 140, 1000), (left + 20, 1000)], sheer(INK, 0.34)
    )
    s.box(back[0] - 6, back[2] - 8, back[1] + 66, back[3] + 40, INK)
    s.polygon([(back[0], back[2] + 60), (back[1] + 56, back[2] + 60), (right, front), (left, front)], (52, 38, 32))
    s.polygon(
        [(back[0], back[2] + 60), (back[0] + 18, back[2] + 60), (left + 34, front), (left, front)], (158, 112, 76)
    )
    s.polygon(
        [(back[1] + 56, back[2] + 60), (back[1] + 38, back[2] + 60), (right - 34, front), (right, front)], (134, 94, 66)
    )
    s.glow(834, 440, 260, GLOW, 0.8)
    s.polygon([(760, 300), (906, 288), (924, 640), (756, 640)], PAPER)
    s.grain([(760, 300), (906, 288), (924, 640), (756, 640)], DUNE, "bottom", 0.5)
    s.polygon([(778, 330), (892, 321), (893, 335), (779, 344)], TEAL)
    for line in range(6):
        y = 376 + line * 34
        s.line([(780, y + 8), (896 - (line * 37) % 46, y)], MIST, 6)
    s.polygon([(846, 298), (886, 294), (888, 262), (872, 254), (846, 258)], CLAY)
    s.box(left - 22, front - 8, right + 22, front + 200, (222, 178, 128), 8)
    s.grain(rectangle(left - 20, front, right + 20, front + 196), WOOD, "bottom", 0.6)
    s.box(left - 22, front - 8, right + 22, front + 8, (238, 202, 156), 6)
    s.box(766, front + 34, 902, front + 96, (92, 66, 50), 6)
    s.box(774, front + 42, 894, front + 88, PAPER)
    s.box(788, front + 58, 866, front + 70, TEAL, 4)
    s.disc(834, front + 150, 22, (92, 66, 50))
    s.disc(830, front + 145, 16, GOLD)
    return s


def lighthouse() -> Scene:
    """A lighthouse at night with its door open; a path leads up to it and somebody walks in."""
    s = Scene((8, 42, 54), (20, 86, 100), (112, 158, 154), (226, 184, 146))
    chance = random.Random(17)  # noqa: S311 - composition, not secrets
    for _ in range(90):
        y = chance.uniform(10, 420)
        s.disc(chance.uniform(0, 1600), y, chance.uniform(1.2, 3), sheer(PAPER, 0.85 - y / 600))
    for far, opacity in ((((-40, -20), (-40, 190)), 0.34), (((1640, 150), (1640, 430)), 0.34)):
        (x1, y1), (x2, y2) = far
        for inset in (0, 0.16, 0.3):
            gap = (y2 - y1) * inset / 2
            s.polygon([(1010, 246), (x1, y1 + gap), (x2, y2 - gap), (1010, 262)], sheer(GLOW, opacity / 2.4))
    s.blend(rectangle(0, 640, WIDTH, 1000), (134, 166, 158), (30, 104, 116), (9, 66, 79))
    ripples(s, 420, 660, 900, 200, GLOW, 6)
    s.hill([(0, 646), (120, 610), (260, 622), (400, 645)], (60, 116, 122), bottom=646)
    s.polygon([(150, 700), (220, 700), (208, 716), (160, 716)], NIGHT)
    s.polygon([(184, 694), (184, 630), (226, 690)], PAPER)
    rock = s.hill(
        [
            (420, 1010),
            (520, 900),
            (640, 850),
            (760, 770),
            (900, 742),
            (1120, 740),
            (1260, 770),
            (1400, 840),
            (1620, 900),
        ],
        (16, 74, 84),
        (7, 44, 54),
    )
    s.grain(rock, SEA, "top", 0.3)
    for x, y, size in ((520, 950, 70), (1430, 900, 90), (1560, 960, 100), (640, 900, 50)):
        stone = smooth(
            [
                (x - size, y + size * 0.6),
                (x - size * 0.6, y - size * 0.4),
                (x + size * 0.3, y - size * 0.5),
                (x + size, y + size * 0.6),
            ],
            3,
        )
        s.polygon(stone, (6, 38, 47))
    # The keeper's house.
    s.box(1120, 610, 1330, 770, PAPER)
    s.grain(rectangle(1120, 610, 1330, 770), MIST, "right", 0.7)
    s.polygon([(1100, 616), (1150, 530), (1310, 530), (1352, 616)], RUST)
    s.box(1270, 500, 1300, 560, RUST)
    for x in (1160, 1246):
        s.box(x, 650, x + 46, 706, GLOW, 3)
        s.box(x + 21, 650, x + 25, 706, DEEP)
        s.box(x, 676, x + 46, 680, DEEP)

    # The tower.
    def half(y: float) -> float:
        return 62 + (y - 330) * 0.115

    def band(top: float, bottom: float, *colours: Colour) -> None:
        s.blend(
            [
                (1010 - half(top), top),
                (1010 + half(top), top),
                (1010 + half(bottom), bottom),
                (1010 - half(bottom), bottom),
            ],
            *colours,
            across=True,
        )

    band(330, 765, PAPER, PAPER, (206, 210, 196), (140, 170, 170))
    for top in (410, 570):
        band(top, top + 80, (214, 126, 92), CLAY, RUST, (116, 58, 42))
    for y in (370, 525):
        s.box(996, y, 1024, y + 40, DEEP, 14)
    s.box(924, 310, 1096, 334, INK, 4)
    for x in range(930, 1094, 20):
        s.box(x, 276, x + 4, 312, INK)
    s.box(924, 272, 1096, 280, INK)
    s.box(960, 214, 1060, 312, DEEP)
    s.blend(rectangle(968, 222, 1052, 304), GLOW, GOLD)
    s.glow(1010, 254, 300, GLOW, 1)
    s.disc(1010, 256, 26, PAPER)
    for x in (986, 1010, 1034):
        s.box(x - 2, 214, x + 2, 312, DEEP)
    s.pen.pieslice(tuple(v * SCALE for v in (948, 150, 1072, 280)), 180, 360, fill=RUST)
    s.line([(1010, 152), (1010, 116)], INK, 5)
    # The path, the door and who goes in.
    path = smooth([(948, 770), (890, 800), (820, 830), (830, 870), (900, 910), (860, 960), (780, 1030)], 10)
    for index in range(len(path) - 1):
        s.line(
            [path[index], path[index + 1]],
            mix((232, 204, 150), (120, 128, 110), index / len(path)),
            30 + 56 * index / len(path),
        )
    s.box(930, 634, 1014, 772, WOOD, 4)
    s.blend(rectangle(938, 642, 1006, 772), (255, 240, 200), GOLD)
    s.polygon([(1010, 636), (1056, 652), (1056, 788), (1010, 770)], RUST)
    s.disc(1046, 720, 4, GOLD)
    s.glow(966, 720, 210, GLOW, 0.8)
    person(
        s, 916, 800, 142, Look(TEAL, SKINS[1], INK, INK, "bun", True), facing=1, is_from_behind=True, far_hand=(17, -40)
    )
    for x in (770, 744):
        s.line([(x, 860), (x, 800)], (6, 38, 47), 7)
    s.line([(600, 880), (744, 812), (784, 806)], (6, 38, 47), 5)
    return s


def meeting_hall() -> Scene:
    """A hall with tall windows over a port: twelve at a long table with a map and cards, others by the walls."""
    s = Scene((236, 225, 202), (243, 232, 211))
    s.blend(rectangle(0, 650, WIDTH, 1000), (186, 146, 108), (150, 112, 82))
    for number in range(4):
        left = 60 + number * 300
        s.box(left, 60, left + 250, 560, PAPER, 6)
        s.blend(rectangle(left + 14, 74, left + 236, 546), (120, 174, 180), (212, 220, 200), (246, 220, 178))
        s.blend(rectangle(left + 14, 450, left + 236, 546), (110, 164, 168), (58, 130, 140))
    # The port is one, seen through four windows: drawn whole, then the wall between them again.
    for x in (150, 560, 960):
        gantry_crane(s, x, 470, 0.62, (46, 104, 114), None)
    s.polygon([(380, 446), (780, 446), (760, 486), (400, 486)], (30, 92, 104))
    containers(s, 440, 446, 10, 3, (30, 18), 6)
    s.box(392, 392, 428, 446, PAPER)
    wall = (238, 228, 206)
    for left, right in ((0, 60), (310, 360), (610, 660), (910, 960), (1210, 1600)):
        s.box(left, 40, right, 570, wall)
    s.box(0, 0, WIDTH, 60, wall)
    for number in range(4):
        left = 60 + number * 300
        for x in (left, left + 236, left + 118):
            s.box(x, 60, x + 14, 560, PAPER)
        for y in (60, 230, 546):
            s.box(left, y, left + 250, y + 14, PAPER)
        s.polygon([(left + 20, 650), (left + 230, 650), (left + 330, 1000), (left + 60, 1000)], sheer(GLOW, 0.2))
    s.box(0, 570, WIDTH, 650, (176, 196, 186))
    s.box(0, 570, WIDTH, 578, PAPER)
    s.box(1300, 200, 1530, 690, WOOD, 4)
    s.blend(rectangle(1316, 216, 1514, 690), (150, 188, 186), (206, 214, 196))
    s.polygon([(1514, 216), (1590, 180), (1590, 742), (1514, 690)], TEAL)
    s.disc(1574, 470, 7, GOLD)
    s.box(1340, 560, 1490, 574, PAPER)
    s.box(1350, 574, 1480, 690, PALE)
    s.polygon([(1364, 560), (1372, 490), (1410, 490), (1418, 560)], INK)
    s.box(1376, 478, 1406, 492, CLAY, 4)
    for x in (1432, 1458):
        s.box(x, 538, x + 18, 560, CLAY, 3)
    for x, look, facing in (
        (335, Look(RUST, SKINS[0], INK, INK, "scarf", True), 1),
        (636, Look(DEEP, SKINS[3], BROWN, INK), -1),
        (1160, Look(SEA, SKINS[2], INK, INK, "short"), -1),
        (1250, Look(CLAY, SKINS[1], INK, INK, "long", True), -1),
    ):
        person(s, x, 690, 270, look, facing=facing, near_hand=(facing * 10, -54), far_hand=(facing * 15, -55))
        s.polygon(
            [(x + facing * 26, 536), (x + facing * 52, 528), (x + facing * 58, 560), (x + facing * 32, 568)], PAPER
        )
    far = (
        Look(SEA, SKINS[1], INK, INK, "short"),
        Look(CLAY, SKINS[0], INK, INK, "bun"),
        Look(DEEP, SKINS[3], RUST, INK, "long"),
        Look(GOLD, SKINS[2], TEAL, INK, "scarf"),
        Look(RUST, SKINS[1], INK, INK, "bald"),
        Look((90, 140, 140), SKINS[0], INK, INK, "short"),
    )
    for number, look in enumerate(far):
        person(
            s,
            330 + number * 160,
            880,
            330,
            look,
            facing=1 if number < 3 else -1,
            near_hand=(-14, -42) if number < 3 else (14, -42),
            far_hand=(14, -42) if number < 3 else (-14, -42),
        )
    top = [(240, 740), (1220, 740), (1380, 890), (80, 890)]
    s.blend(top, (222, 182, 136), (204, 160, 116))
    s.polygon([(80, 890), (1380, 890), (1380, 914), (80, 914)], WOOD)
    s.polygon([(540, 756), (930, 756), (980, 868), (490, 868)], PALE)
    s.polygon(
        smooth([(560, 772), (700, 766), (740, 800), (680, 830), (600, 850), (540, 830), (560, 772)], 6), (150, 178, 140)
    )
    s.polygon(smooth([(800, 780), (900, 772), (930, 820), (870, 856), (810, 830), (800, 780)], 6), (206, 190, 132))
    s.line(smooth([(600, 840), (690, 800), (780, 812), (880, 790)]), CLAY, 5)
    for x, y in ((600, 838), (780, 812), (880, 790)):
        s.disc(x, y, 8, RUST)
    for x, y, colour in (
        (330, 770, PAPER),
        (420, 800, GOLD),
        (300, 830, CLAY),
        (420, 850, PAPER),
        (1010, 770, CLAY),
        (1080, 810, PAPER),
        (1190, 850, GOLD),
        (1040, 850, PAPER),
    ):
        s.polygon([(x, y), (x + 56, y), (x + 60, y + 26), (x - 4, y + 26)], colour)
    near = (
        Look(DEEP, SKINS[0], INK),
        Look(CLAY, SKINS[1], INK, INK, "bun"),
        Look(SEA, SKINS[2], INK),
        Look(RUST, SKINS[0], DEEP, INK, "scarf"),
        Look(TEAL, SKINS[3], BROWN, INK, "long"),
        Look((214, 160, 80), SKINS[1], INK),
    )
    for number, look in enumerate(near):
        x = 170 + number * 226
        person(s, x, 1180, 420, look, near_hand=(-18, -42), far_hand=(18, -42), is_from_behind=True)
        s.box(x - 62, 940, x + 62, 1040, (92, 66, 52), 18)
    return s


def island() -> Scene:
    """Three low islands on a wide sea under a large sky; a small boat draws one line of wake."""
    s = Scene((70, 140, 148), (150, 190, 184), (242, 214, 172), (246, 206, 162))
    s.glow(520, 560, 620, GLOW, 0.8)
    s.disc(520, 520, 66, (255, 236, 190))
    for x, y, w in ((250, 210, 300), (1050, 130, 380), (1330, 300, 260), (720, 330, 200)):
        s.box(x, y, x + w, y + 26, sheer(PAPER, 0.65), 13)
        s.box(x + w * 0.2, y - 24, x + w * 0.75, y + 8, sheer(PAPER, 0.65), 14)
        s.box(x + w * 0.35, y + 22, x + w * 1.15, y + 40, sheer(PAPER, 0.4), 9)
    s.blend(rectangle(0, 590, WIDTH, 1000), (150, 192, 186), (44, 124, 136), (10, 82, 96))
    ripples(s, 520, 596, 800, 110, GLOW, 9)
    isles = (
        ([(60, 632), (130, 606), (240, 582), (340, 596), (430, 632)], (72, 138, 136), 632),
        ([(980, 650), (1060, 616), (1180, 560), (1300, 548), (1420, 590), (1560, 650)], (38, 112, 116), 650),
        ([(90, 860), (200, 806), (360, 760), (520, 742), (660, 790), (800, 860)], (14, 84, 92), 860),
    )
    for ridge, tone, shore in isles:
        left, right = ridge[0][0], ridge[-1][0]
        s.disc((left + right) / 2, shore, (right - left) / 2 + 16, sheer(PAPER, 0.5), 14)
        s.disc((left + right) / 2, shore - 1, (right - left) / 2 + 2, SAND, 9)
        outline = s.hill(ridge, mix(tone, GOLD, 0.14), tone, bottom=shore)
        s.grain(outline, mix(tone, INK, 0.5), "right", 0.55)
    chance = random.Random(3)  # noqa: S311 - composition, not secrets
    for x, y, u in (
        (1140, 590, 0.7),
        (1180, 574, 0.8),
        (1240, 562, 0.7),
        (280, 780, 1.3),
        (360, 764, 1.6),
        (430, 754, 1.4),
        (560, 760, 1.2),
    ):
        tip = (x + 12 * u, y - 70 * u)
        s.line(smooth([(x, y), (x + 3 * u, y - 36 * u), tip], 6), BROWN, 6 * u)
        for turn in (-160, -125, -70, -20, 15, 190):
            far = math.radians(turn + chance.uniform(-8, 8))
            end = (tip[0] + 34 * u * math.cos(far), tip[1] + 26 * u * math.sin(far) + 8 * u)
            s.line(smooth([tip, ((tip[0] + end[0]) / 2, (tip[1] + end[1]) / 2 - 8 * u), end], 5), (16, 94, 88), 7 * u)
    for x, y, u, roof in ((1330, 628, 1, CLAY), (1384, 634, 0.8, RUST), (470, 828, 1.6, CLAY), (600, 836, 1.3, RUST)):
        s.box(x - 22 * u, y - 22 * u, x + 22 * u, y + 8 * u, PAPER)
        s.polygon([(x - 28 * u, y - 22 * u), (x, y - 46 * u), (x + 28 * u, y - 22 * u)], roof)
        s.box(x - 5 * u, y - 10 * u, x + 5 * u, y + 8 * u, TEAL)
    s.line([(700, 868), (760, 880)], WOOD, 8)
    for x in (712, 744):
        s.line([(x, 872), (x, 900)], BROWN, 6)
    wake = smooth([(770, 892), (900, 880), (1010, 836), (1060, 790), (1130, 756)], 16)
    for index in range(len(wake) - 1):
        share = index / len(wake)
        s.line([wake[index], wake[index + 1]], mix((120, 176, 180), PAPER, share), 3 + 9 * share)
    s.line(smooth([(1010, 850), (1070, 812), (1128, 776)]), (150, 194, 194), 4)
    s.polygon([(1112, 740), (1252, 728), (1226, 772), (1128, 774)], CLAY)
    s.polygon([(1122, 758), (1236, 754), (1226, 772), (1128, 774)], RUST)
    s.polygon([(1152, 738), (1162, 702), (1202, 700), (1212, 732)], PAPER)
    s.box(1168, 708, 1196, 722, TEAL)
    s.line([(1180, 700), (1180, 664)], INK, 4)
    s.polygon([(1180, 664), (1212, 674), (1180, 684)], GOLD)
    for x, y in ((880, 470), (930, 450), (976, 486)):
        s.line(smooth([(x - 22, y - 6), (x - 10, y - 11), (x, y), (x + 10, y - 11), (x + 22, y - 6)], 5), INK, 4)
    for _ in range(26):
        dash_top = chance.uniform(680, 985)
        dash_left = chance.uniform(820, 1580)
        s.box(dash_left, dash_top, dash_left + 16 + (dash_top - 640) * 0.14, dash_top + 3, sheer(PAPER, 0.22), 1.5)
    return s


PICTURES: dict[str, Callable[[], Scene]] = {
    picture.__name__.replace("_", "-"): picture
    for picture in (
        harbour,
        warehouse,
        laboratory,
        truck_route,
        workshop,
        control_room,
        market,
        network,
        classroom,
        mountain_road,
        checkpoint,
        farm,
        city,
        screens,
        handshake,
        river_port,
        archive,
        lighthouse,
        meeting_hall,
        island,
    )
}
NAMES = tuple(PICTURES)


def draw(name: str) -> bytes:
    """Return an illustration as a JPEG of 1600 by 1000 pixels, the same bytes on every run.

    Raises:
        KeyError: there is no illustration of that name; see `NAMES`.
    """
    return PICTURES[name]().jpeg()
