"""The demonstration's illustrations, drawn by program: flat shapes, one palette, soft grain, no text."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
        dots = ImageChops.subtract(density, noise).point(lambda v: 255 if v else 0)
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
    _arm(scene, (x - facing * 8 * u, shoulder), near, u, mix(look.coat, PAPER, 0.1), look.skin)


def _hand(x: float, ground: float, u: float, given: Point | None, default: Point) -> Point:
    dx, dy = given or default
    return (x + dx * u, ground + dy * u)


def _arm(scene: Scene, shoulder: Point, hand: Point, u: float, sleeve: Colour, skin: Colour) -> None:
    dx, dy = hand[0] - shoulder[0], hand[1] - shoulder[1]
    reach = math.hypot(dx, dy) or 1
    half = 19 * u
    bend = math.sqrt(max(0, half**2 - (reach / 2) ** 2))
    # Elbows hang: of the two ways to bend, the lower one.
    side = 1 if dx > 0 else -1
    elbow = (shoulder[0] + dx / 2 - side * dy / reach * bend, shoulder[1] + dy / 2 + side * dx / reach * bend)
    scene.disc(*hand, 3.1 * u, skin)
    wrist = (elbow[0] + (hand[0] - elbow[0]) * 0.86, elbow[1] + (hand[1] - elbow[1]) * 0.86)
    scene.line([shoulder, elbow, wrist], sleeve, 6.2 * u)


def _head(scene: Scene, x: float, y: float, u: float, look: Look, facing: int, is_from_behind: bool) -> None:
    radius = 6.4 * u
    if look.style == "long":
        scene.box(x - 7.4 * u, y - 5 * u, x + 7.4 * u, y + 13 * u, look.hair, 6 * u)
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
    if is_from_behind and look.style not in ("bald",):
        scene.disc(x, y - u, radius * 1.1, look.hair, radius * 1.16)
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
    s.glow(1130, 560, 520, GLOW, 0.75)
    s.disc(1130, 548, 74, (253, 226, 170))
    s.hill([(0, 520), (180, 470), (380, 505), (620, 560), (760, 600)], (122, 158, 156), bottom=605)
    s.hill([(1150, 600), (1320, 560), (1480, 520), (1600, 535)], (122, 158, 156), bottom=605)
    s.blend(rectangle(0, 600, WIDTH, 900), (110, 158, 156), (36, 108, 119), (13, 80, 93))
    ripples(s, 1130, 606, 830, 90, GLOW, 3)
    s.polygon([(1330, 596), (1480, 596), (1466, 612), (1342, 612)], (74, 121, 126))
    s.box(1440, 572, 1462, 597, (74, 121, 126))
    containers(s, 1350, 597, 5, 2, (17, 10), 2)
    containers(s, 470, 668, 11, 4, (58, 34), 11)
    s.polygon([(330, 655), (1180, 655), (1120, 800), (380, 800)], DEEP)
    s.polygon([(360, 752), (1139, 752), (1120, 800), (380, 800)], RUST)
    s.grain([(330, 655), (1180, 655), (1130, 775), (380, 775)], NIGHT, "left", 0.6)
    s.box(352, 470, 448, 656, PAPER)
    s.grain(rectangle(352, 470, 448, 656), DUNE, "left", 0.5)
    for row in range(4):
        s.box(364, 488 + row * 38, 436, 500 + row * 38, TEAL)
    s.box(378, 430, 420, 470, CLAY)
    s.line([(1150, 655), (1150, 560)], INK, 5)
    for x, y, u, cargo in ((210, 850, 1.22, CLAY), (690, 850, 1.22, None)):
        gantry_crane(s, x, y, u, NIGHT if x < 400 else (10, 60, 71), cargo)
    s.line([(1290, 770), (1180, 781), (1090, 783)], sheer(PAPER, 0.5), 4)
    s.line([(1290, 776), (1200, 794), (1120, 803)], sheer(PAPER, 0.3), 4)
    s.polygon([(1285, 742), (1428, 736), (1400, 780), (1298, 780)], CLAY)
    s.polygon([(1320, 740), (1330, 708), (1372, 708), (1380, 738)], PAPER)
    s.box(1337, 714, 1366, 726, TEAL)
    s.line([(1350, 708), (1350, 680)], INK, 4)
    s.disc(1350, 676, 6, GLOW)
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
        for near, distant in reversed(list(zip(edges, edges[1:], strict=False))):
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
                        crate = [at(wall, floor, z), at(wall, floor, end), at(wall, floor - tall, end), at(wall, floor - tall, z)]
                        s.polygon(crate, tone)
                        mark = floor - tall * 0.45
                        s.polygon(
                            [at(wall, mark, z), at(wall, mark, end), at(wall, mark - tall * 0.12, end), at(wall, mark - tall * 0.12, z)],
                            mix(tone, INK, 0.2),
                        )
                    z = end + 0.03
                plank = [at(wall, floor, near), at(wall, floor, distant), at(wall, floor + 0.07, distant), at(wall, floor + 0.07, near)]
                s.polygon(plank, mix((204, 118, 70), GLOW, light * 0.7))
            post = wall * 0.985
            s.polygon(
                [at(post, -2.6, near), at(post, -2.6, near + 0.06), at(post, 1, near + 0.06), at(post, 1, near)],
                mix((10, 86, 100), GLOW, light),
            )
    for z in (7.4, 5.2, 3.6, 2.5):
        x, y = at(0, -1.75, z)
        half = 220 / z
        s.polygon([(x - half, y), (x + half, y), (x + half * 0.8, y - 26 / z * 2), (x - half * 0.8, y - 26 / z * 2)], INK)
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
    s.polygon(rectangle(0, 720, WIDTH, 1000), DEEP)
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
    s.hill([(0, 430), (200, 350), (430, 410), (640, 320), (900, 420), (1200, 380), (1600, 430)], (140, 176, 170), (170, 190, 174))
    s.hill([(0, 520), (260, 440), (520, 520), (840, 450), (1150, 530), (1400, 460), (1600, 500)], (92, 148, 148), (120, 164, 154))
    ground = s.hill([(0, 610), (300, 560), (700, 590), (1100, 540), (1600, 590)], (46, 112, 118), (60, 120, 120))
    s.grain(ground, DEEP, "bottom", 0.5)
    road = smooth([(1290, 505), (1120, 528), (1230, 556), (1010, 590), (760, 622), (980, 680), (1330, 730), (1640, 800)])
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
    s.grain(rectangle(0, 0, WIDTH, 700), DUNE, "left", 0.4)
    s.box(330, 110, 1150, 560, TEAL, 8)
    s.grain(rectangle(330, 110, 1150, 560), NIGHT, "bottom", 0.4)
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
        x = 650 + number * 58
        s.box(x, 320, x + 24, 388, colour, 9)
        s.box(x + 9, 386, x + 15, 454 - number * 8, PALE)
    for lean in (-1, 1):
        s.line([(960 + lean * 4, 250), (960 + lean * 30, 370)], CLAY, 17)
        s.line([(960 + lean * 6, 262), (960 - lean * 10, 200)], PALE, 14)
    s.disc(960, 258, 12, INK)
    s.line([(1050, 190), (1050, 380), (1112, 380)], SAND, 18, round_ends=False)
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
    s.polygon([(690, 372), (814, 372), (1000, 660), (500, 660)], sheer(GLOW, 0.3))
    s.line([(752, 0), (752, 300)], INK, 5)
    s.polygon([(722, 296), (782, 296), (836, 376), (668, 376)], CLAY)
    s.grain([(722, 296), (782, 296), (836, 376), (668, 376)], RUST, "right", 0.7)
    s.glow(752, 384, 130, GLOW, 0.9)
    look = Look((58, 130, 140), SKINS[2], INK, INK, "short")
    person(s, 1010, 1090, 720, look, facing=-1, near_hand=(-29, -61), far_hand=(-20, -60))
    apron = [(948, 600), (1060, 600), (1084, 700), (1084, 1000), (930, 1000), (930, 700)]
    s.polygon(apron, RUST)
    s.grain(apron, BROWN, "bottom", 0.5)
    s.line([(960, 604), (980, 524)], RUST, 10)
    s.line([(1048, 604), (1030, 524)], RUST, 10)
    person_arm = [(958, 556), (900, 650), (820, 652)]
    s.line(person_arm, (76, 144, 152), 44)
    s.disc(804, 652, 22, SKINS[2])
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
    s.polygon([(1010, 776), (1290, 776), (1312, 806), (990, 806)], PAPER)
    s.polygon([(1148, 776), (1152, 776), (1154, 806), (1146, 806)], DUNE)
    s.polygon([(984, 806), (1318, 806), (1318, 814), (984, 814)], CLAY)
    for row in range(3):
        s.line([(1020 - row * 4, 783 + row * 8), (1120 - row, 783 + row * 8)], MIST, 3)
        s.line([(1176 + row, 783 + row * 8), (1240 + row * 9, 783 + row * 8)], MIST, 3)
    s.box(1370, 736, 1414, 790, CLAY, 8)
    s.arc(1416, 760, 16, -90, 90, CLAY, 7)
    for x, look, hands in (
        (540, Look((64, 138, 148), SKINS[1], INK, INK, "short"), ((-24, -50), (24, -50))),
        (1100, Look(CLAY, SKINS[0], INK, INK, "bun"), ((-22, -50), (22, -48))),
    ):
        person(s, x, 1165, 730, look, near_hand=hands[0], far_hand=hands[1], is_from_behind=True)
        s.box(x - 118, 740, x + 118, 1010, NIGHT, 50)
        s.grain(rectangle(x - 112, 760, x + 112, 1000), INK, "bottom", 0.6)
    s.line([(1262, 812), (1290, 770)], PAPER, 8)
    s.blend(rectangle(0, 960, WIDTH, 1000), (9, 38, 46), INK)
    return s


def market() -> Scene:
    """Stalls under striped awnings, goods in crates and sacks, people buying."""
    s = Scene((120, 174, 178), (214, 222, 204), (246, 226, 188))
    s.glow(260, 200, 480, GLOW, 0.7)
    s.disc(260, 190, 58, (255, 238, 196))
    for left, right, top, tone in (
        (-10, 240, 330, (222, 190, 148)), (230, 470, 250, (236, 214, 176)), (460, 700, 310, (214, 160, 126)),
        (690, 980, 220, (228, 200, 158)), (970, 1220, 290, (240, 220, 186)), (1210, 1620, 240, (218, 176, 138)),
    ):
        s.box(left, top, right, 800, tone)
        s.grain(rectangle(left, top, right, 800), mix(tone, BROWN, 0.3), "right", 0.35)
        s.box(left, top, right, top + 14, mix(tone, BROWN, 0.25))
        for column in range(int((right - left - 60) // 80)):
            x = left + 46 + column * 86
            for y in (top + 56, top + 170):
                s.box(x, y, x + 40, y + 70, mix(tone, DEEP, 0.6), 20)
                s.box(x, y + 30, x + 40, y + 70, mix(tone, DEEP, 0.6))
    s.blend(rectangle(0, 780, WIDTH, 1000), (226, 200, 158), (204, 170, 126))
    for x, look, facing in (
        (620, Look(SEA, SKINS[1], INK, INK), 1), (1010, Look(RUST, SKINS[0], DEEP, INK, "scarf", True), -1),
    ):
        person(s, x, 800, 300, look, facing=facing)
    stalls = ((40, TEAL, PAPER), (590, CLAY, PAPER), (1140, GOLD, PAPER))
    sellers = (Look(RUST, SKINS[0], INK, INK, "cap"), Look(DEEP, SKINS[2], GOLD, INK, "scarf"), Look(SEA, SKINS[1], INK, INK, "bald"))
    for (left, stripe, plain), seller in zip(stalls, sellers, strict=True):
        s.polygon(rectangle(left + 20, 440, left + 440, 800), sheer(INK, 0.3))
        for post in (left + 14, left + 432):
            s.box(post, 420, post + 14, 900, BROWN)
        person(s, left + 240, 905, 380, seller, facing=-1 if left > 1000 else 1, near_hand=(-20, -45), far_hand=(20, -46))
        for number in range(8):
            near, far = left - 22 + number * 63, left + 20 + number * 52.5
            colour = stripe if number % 2 == 0 else plain
            s.polygon([(far, 350), (far + 53, 350), (near + 64, 470), (near, 470)], colour)
            s.disc(near + 31.5, 470, 31.5, colour, 22)
        s.grain([(left + 20, 350), (left + 440, 350), (left + 482, 470), (left - 22, 470)], mix(stripe, INK, 0.5), "bottom", 0.28)
        s.box(left, 745, left + 460, 772, WOOD)
        s.blend(rectangle(left + 10, 772, left + 450, 915), (158, 112, 78), (112, 78, 58))
        for plank in range(1, 6):
            s.box(left + 10 + plank * 73, 772, left + 13 + plank * 73, 915, BROWN)
    chance = random.Random(4)  # noqa: S311 - composition, not secrets
    for left, colours in ((52, (CLAY, GOLD, (118, 140, 84))), (602, ((118, 140, 84), RUST, GOLD)), (1152, (SAND, CLAY, DUNE))):
        for number, colour in enumerate(colours):
            x = left + number * 148
            for row in range(3):
                for column in range(6 - row):
                    tone = mix(colour, PAPER, chance.uniform(0, 0.25))
                    s.disc(x + 17 + column * 21 + row * 10, 712 - row * 17, 12, tone)
            s.polygon([(x, 712), (x + 136, 712), (x + 128, 752), (x + 8, 752)], (190, 146, 102))
            s.box(x + 4, 728, x + 132, 732, WOOD)
    for x, colour in ((520, SAND), (1090, PAPER)):
        s.polygon(smooth([(x - 52, 950), (x - 60, 880), (x - 34, 812), (x + 34, 812), (x + 60, 880), (x + 52, 950)], 6), colour)
        s.grain(ellipse(x, 880, 58, 70), DUNE, "right", 0.6)
        s.disc(x, 812, 38, mix(colour, BROWN, 0.3), 11)
        s.disc(x, 808, 32, GOLD, 10)
    person(s, 380, 985, 420, Look(PAPER, SKINS[0], INK, TEAL, "long"), facing=-1, far_hand=(-20, -56))
    s.polygon([(410, 800), (470, 800), (480, 890), (400, 890)], GOLD)
    s.arc(440, 802, 20, 180, 360, BROWN, 6)
    person(s, 1370, 985, 430, Look(DEEP, SKINS[3], BROWN, INK, "short"), facing=-1, far_hand=(-19, -55), near_hand=(2, -40))
    return s


def network() -> Scene:
    """Small lights spread over a dark map, joined by fine lines."""
    s = Scene((8, 44, 54), (9, 66, 78), (8, 50, 60))
    lands = (
        [(60, 190), (170, 120), (330, 130), (470, 170), (430, 260), (350, 300), (330, 380), (260, 390), (200, 330), (110, 280), (60, 190)],
        [(330, 470), (430, 460), (520, 540), (500, 640), (430, 760), (390, 860), (350, 780), (340, 640), (300, 560), (330, 470)],
        [(700, 200), (790, 150), (900, 170), (930, 240), (860, 300), (780, 310), (710, 280), (700, 200)],
        [(700, 390), (810, 350), (930, 380), (990, 460), (950, 560), (900, 700), (840, 780), (800, 690), (780, 560), (700, 490), (700, 390)],
        [(940, 170), (1120, 100), (1340, 130), (1500, 190), (1480, 300), (1370, 340), (1340, 440), (1250, 430), (1180, 480), (1100, 400), (1000, 350), (930, 290), (940, 170)],
        [(1270, 640), (1370, 590), (1490, 630), (1510, 730), (1420, 790), (1310, 760), (1270, 640)],
        [(1180, 530), (1260, 520), (1310, 560), (1240, 580), (1180, 530)],
    )
    for land in lands:
        outline = smooth(land, 10)
        s.polygon(outline, (14, 82, 95))
        s.grain(outline, (32, 112, 122), "top", 0.42)
    nodes = [
        (180, 220), (300, 190), (390, 240), (270, 340), (390, 520), (460, 600), (390, 740), (760, 230), (850, 210),
        (800, 290), (760, 430), (880, 430), (930, 500), (850, 600), (850, 720), (1010, 250), (1120, 190), (1090, 340),
        (1200, 280), (1180, 420), (1300, 220), (1400, 270), (1290, 370), (1240, 550), (1340, 660), (1450, 700), (620, 330),
    ]
    links = [
        (0, 1), (1, 2), (0, 3), (2, 3), (3, 4), (4, 5), (5, 6), (2, 7), (7, 8), (8, 9), (9, 10), (9, 11), (10, 11), (11, 12),
        (12, 13), (13, 14), (10, 13), (8, 15), (15, 16), (15, 17), (17, 18), (16, 20), (18, 20), (20, 21), (21, 22),
        (18, 22), (17, 19), (19, 22), (22, 23), (23, 24), (24, 25), (11, 17), (5, 10), (12, 23), (14, 24), (2, 26), (26, 10), (6, 14),
    ]
    for number, (first, second) in enumerate(links):
        (x1, y1), (x2, y2) = nodes[first], nodes[second]
        lift = math.hypot(x2 - x1, y2 - y1) * 0.2
        middle = ((x1 + x2) / 2, (y1 + y2) / 2 - lift)
        curve = [
            ((1 - t) ** 2 * x1 + 2 * t * (1 - t) * middle[0] + t**2 * x2, (1 - t) ** 2 * y1 + 2 * t * (1 - t) * middle[1] + t**2 * y2)
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
