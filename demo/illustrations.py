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
        corners = (left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1)
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
