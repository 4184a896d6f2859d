// Computes the positions of the boxes in the diagram. A force-directed layout would pile up around the streams that many others
// refer to. So the streams form blocks, one for each group, and a chosen stream is between those it refers to and those that
// refer to it.
import type { Join, Stream } from "./data";

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

const GAP = 26;
const BLOCK_GAP = 110;
const LETTER = 6.4;
const LINE = 14;
const SIDE_GAP = 260;
const IN_A_COLUMN = 9;

export function linesOf(stream: Stream): string[] {
  return [stream.name, ...stream.key.map((name) => `⚷ ${name}`)];
}

export function sizeOf(stream: Stream): Size {
  const lines = linesOf(stream);
  return { width: Math.max(...lines.map((text) => text.length)) * LETTER + 18, height: lines.length * LINE + 14 };
}

/** One block of boxes for each group, in rows. */
export function blocks(streams: Stream[], groups: string[]): Map<string, Point> {
  const parts = groups.map((group) => columnsOf(streams.filter((stream) => stream.group === group)));
  const area = parts.reduce((sum, part) => sum + (part.size.width + BLOCK_GAP) * (part.size.height + BLOCK_GAP), 0);
  const widest = Math.max(Math.sqrt(area * 1.7), ...parts.map((part) => part.size.width));
  const found = new Map<string, Point>();
  let [x, y, tallest] = [0, 0, 0];
  for (const { size, points } of parts) {
    if (x && x + size.width > widest) [x, y, tallest] = [0, y + tallest + BLOCK_GAP, 0];
    for (const [name, point] of points) found.set(name, { x: x + point.x, y: y + point.y });
    x += size.width + BLOCK_GAP;
    tallest = Math.max(tallest, size.height);
  }
  return found;
}

/** A chosen stream in the middle, with the streams it refers to on its left, and those that refer to it on its right. */
export function aroundOne(chosen: Stream, joins: Join[], byName: Map<string, Stream>): Map<string, Point> {
  const to = new Set(joins.filter((join) => join.stream === chosen.name).map((join) => join.to));
  const from = new Set(joins.filter((join) => join.to === chosen.name && !to.has(join.stream)).map((join) => join.stream));
  const side = (names: Set<string>) => [...names].filter((name) => name !== chosen.name).map((name) => byName.get(name)!);
  const left = columnsOf(side(to), IN_A_COLUMN);
  const right = columnsOf(side(from), IN_A_COLUMN);
  const half = sizeOf(chosen).width / 2 + SIDE_GAP;
  const moved = (part: Block, x: number) =>
    part.points.map(([name, point]) => [name, { x: x + point.x, y: point.y - part.size.height / 2 }] as const);
  return new Map([[chosen.name, { x: 0, y: 0 }], ...moved(left, -half - left.size.width), ...moved(right, half)]);
}

interface Block {
  size: Size;
  points: [string, Point][];
}

/** Boxes in columns of `most` at most. By default, the block is about as wide as it is high. */
function columnsOf(streams: Stream[], most = Math.ceil(Math.sqrt(streams.length * 2.6))): Block {
  const rows = Math.ceil(streams.length / Math.ceil(streams.length / most));
  const points: [string, Point][] = [];
  const size = { width: 0, height: 0 };
  for (let first = 0; first < streams.length; first += rows) {
    const column = streams.slice(first, first + rows);
    const width = Math.max(...column.map((stream) => sizeOf(stream).width));
    let y = 0;
    for (const stream of column) {
      const { height } = sizeOf(stream);
      points.push([stream.name, { x: size.width + width / 2, y: y + height / 2 }]);
      y += height + GAP;
    }
    size.width += width + GAP;
    size.height = Math.max(size.height, y);
  }
  return { size, points };
}
