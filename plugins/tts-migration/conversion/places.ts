import type { FlowNode } from "./flow";

/** Pixels: a node is 30 high, and about as wide as its label; what is nearer lies over it. */
const HEIGHT = 35;
const WIDTH = 200;
const STEP = 40;
const MOST_STEPS = 40;
const MOST_IN_CELL = 50;

type Place = readonly [x: number, y: number];

/** Where nodes are on the canvas, so that what is added does not lie over them. */
export class Places {
  readonly #cells = new Map<string, Place[]>();
  /** What was taken last for nodes in one place: the next ones come below. */
  readonly #lowest = new Map<string, number>();

  constructor(flow: readonly FlowNode[]) {
    for (const { z, x, y } of flow) if (typeof x === "number" && typeof y === "number") this.#take(z, [x, y]);
  }

  /** The first free place below a node, which is taken then. */
  readonly takeBelow = ({ z, x, y }: FlowNode): Readonly<Record<string, number>> => {
    if (typeof x !== "number" || typeof y !== "number") return {};
    const above = this.#lowest.get(keyOf(z, [x, y])) ?? y;
    const steps = Array.from({ length: MOST_STEPS }, (_, step) => above + STEP + (step * STEP) / 2);
    const below = steps.find((one) => !this.#isTaken(z, [x, one])) ?? above + STEP;
    this.#lowest.set(keyOf(z, [x, y]), below);
    this.#take(z, [x, below]);
    return { y: below };
  };

  #take(z: unknown, place: Place): void {
    const cell = cellOf(z, place);
    const taken = this.#cells.get(cell);
    // More in one cell lie upon each other.
    if (taken) taken.splice(MOST_IN_CELL - 1, Infinity, place);
    else this.#cells.set(cell, [place]);
  }

  #isTaken(z: unknown, [x, y]: Place): boolean {
    const neighbours = [-1, 0, 1].flatMap((column) =>
      [-1, 0, 1].map((row) => cellOf(z, [x + column * WIDTH, y + row * HEIGHT])),
    );
    return neighbours.some((cell) =>
      this.#cells
        .get(cell)
        ?.some((other) => Math.abs(other[0] - x) < WIDTH && Math.abs(other[1] - y) < HEIGHT),
    );
  }
}

const cellOf = (z: unknown, [x, y]: Place): string =>
  keyOf(z, [Math.floor(x / WIDTH), Math.floor(y / HEIGHT)]);

const keyOf = (z: unknown, [x, y]: Place): string => `${typeof z === "string" ? z : ""} ${x} ${y}`;
