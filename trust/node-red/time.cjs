// Lets time pass faster in this process, and lets it jump: `--require`d before anything else. Timers that the package sets and the clock
// that it measures durations with run SPEED times as fast; the time of day runs as ever, but for its jumps.
const { performance } = require("node:perf_hooks");
const timers = require("node:timers");
const { promisify } = require("node:util");

const SPEED = Number(process.env.TRUST_SPEED ?? 1);
const real = { setTimeout, clearTimeout, setInterval, now: performance.now.bind(performance), Date };
const start = real.now();
let skipped = 0;
let dayOffset = 0;
const active = new Set();

const now = () => start + (real.now() - start) * SPEED + skipped;

class Timer {
  constructor(run, ms, args, repeats) {
    Object.assign(this, { run, ms: Math.max(1, Number(ms) || 1), args, repeats, isRef: true });
    this.from = process.env.TRUST_TRACE ? new Error().stack : "";
    this.refresh();
  }

  arm() {
    real.clearTimeout(this.handle);
    this.handle = real.setTimeout(() => this.fire(), Math.max(0, this.due - now()) / SPEED);
    if (!this.isRef) this.handle.unref();
  }

  fire() {
    if (this.repeats) this.refresh();
    else active.delete(this);
    this.run(...this.args);
  }

  refresh() {
    this.due = now() + this.ms;
    active.add(this);
    this.arm();
    return this;
  }

  close() {
    active.delete(this);
    real.clearTimeout(this.handle);
    return this;
  }

  ref() {
    this.isRef = true;
    this.handle.ref();
    return this;
  }

  unref() {
    this.isRef = false;
    this.handle.unref();
    return this;
  }

  hasRef() {
    return this.isRef;
  }

  [Symbol.toPrimitive]() {
    return this.handle[Symbol.toPrimitive]();
  }
}

const clear = (timer) => (timer instanceof Timer ? void timer.close() : real.clearTimeout(timer));
const patched = {
  setTimeout: (run, ms, ...args) => new Timer(run, ms, args, false),
  setInterval: (run, ms, ...args) => new Timer(run, ms, args, true),
  clearTimeout: clear,
  clearInterval: clear,
};
patched.setTimeout[promisify.custom] = (ms, value) =>
  new Promise((resolve) => patched.setTimeout(resolve, ms, value));
Object.assign(globalThis, patched);
Object.assign(timers, patched);
Object.defineProperty(performance, "now", { value: now, configurable: true });
globalThis.Date = class extends real.Date {
  constructor(...args) {
    if (args.length > 0) super(...args);
    else super(real.Date.now() + dayOffset);
  }

  static now() {
    return real.Date.now() + dayOffset;
  }
};

module.exports = {
  /** What is set at present; where from, with TRUST_TRACE. */
  timers: () => [...active].map(({ ms, from }) => `${ms} ms ${from.split("\n").slice(3, 6).join(" ")}`),
  /** The time of day is set, by so many ms. */
  setClock: (ms) => void (dayOffset += ms),
  /** So many ms pass at once: what would have come due does. */
  pass: (ms) => {
    skipped += ms;
    for (const timer of [...active]) if (active.has(timer)) timer.arm();
  },
};
