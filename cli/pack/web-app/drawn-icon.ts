/** The icon of a site that has none: the sea in a porthole. */
import { encodePng, type Pixel } from './png.js';

type Colour = readonly [red: number, green: number, blue: number];

/** The shell's accent colour. */
const WALL: Colour = [0x0b, 0x6e, 0x75];
const RING: Colour = [0xfb, 0xfa, 0xf8];
const SKY: Colour = [0xf3, 0xc9, 0x8b];
const SEA: Colour = [0x12, 0x3c, 0x55];

/** Of the icon's side. */
const RING_RADIUS = 0.34;
const GLASS_RADIUS = 0.265;
const CORNER_RADIUS = 0.2;
const HORIZON = 0.54;
const WAVE_HEIGHT = 0.022;
const WAVE_LENGTH = 0.177;

/**
 * @param whole The wall reaches into the corners, for systems that cut an icon into a shape of their own. They leave at least a
 *   circle of 0.4 of the side whole (Web Application Manifest, "purpose"), in which the porthole lies.
 */
export function drawIcon(size: number, { whole }: { readonly whole: boolean }): Buffer {
  return encodePng(size, (column, row) => {
    const x = (column + 0.5) / size;
    const y = (row + 0.5) / size;
    const fromCentre = Math.hypot(x - 0.5, y - 0.5);
    const horizon = HORIZON + WAVE_HEIGHT * Math.sin((2 * Math.PI * x) / WAVE_LENGTH);
    const glass = mix(SKY, SEA, covered(horizon - y, size));
    const ring = mix(WALL, RING, covered(fromCentre - RING_RADIUS, size));
    const colour = mix(ring, glass, covered(fromCentre - GLASS_RADIUS, size));
    const alpha = whole ? 1 : covered(outsideOfWall(x, y), size);
    const [red, green, blue] = colour;
    const pixel: Pixel = [Math.round(red), Math.round(green), Math.round(blue), Math.round(255 * alpha)];
    return pixel;
  });
}

/** How much of a pixel is inside of an edge that is `distance` away from its centre, negative inside: edges become smooth. */
const covered = (distance: number, size: number): number => Math.min(1, Math.max(0, 0.5 - distance * size));

/** Distance from a square with round corners that fills the icon. */
function outsideOfWall(x: number, y: number): number {
  const beyond = (at: number) => Math.max(0, Math.abs(at - 0.5) - (0.5 - CORNER_RADIUS));
  return Math.hypot(beyond(x), beyond(y)) - CORNER_RADIUS;
}

const mix = (below: Colour, above: Colour, part: number): Colour => [
  below[0] + (above[0] - below[0]) * part,
  below[1] + (above[1] - below[1]) * part,
  below[2] + (above[2] - below[2]) * part,
];
