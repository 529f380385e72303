import { javaScriptFormatter } from "../downlink/formatter";
import type { JoinRefusal } from "../network";
import type { SimulatedDevice } from "./device";
import { javaScriptUplinkFormatter } from "./uplinkFormatter";

const JOIN_EUI = "70B3D57ED0000000";

/** -1 to 1, one round every `period` uplinks. */
const wave = (n: number, period: number): number => Math.sin((2 * Math.PI * n) / period);
const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));

/** FPort the thermometer listens to: two bytes, the seconds between its measurements. */
const INTERVAL_PORT = 1;

const intervalFormatter = javaScriptFormatter({
  encodeDownlink({ data }) {
    const seconds = data?.interval;
    if (typeof seconds !== "number" || seconds < 1 || seconds > 65_535) {
      return { errors: ["interval must be 1 to 65535 seconds"] };
    }
    return { bytes: [seconds >> 8, seconds & 0xff], fPort: INTERVAL_PORT };
  },
  decodeDownlink({ bytes: [high = 0, low], fPort }) {
    if (fPort !== INTERVAL_PORT || low === undefined) return { errors: ["not an interval"] };
    return { data: { interval: high * 256 + low } };
  },
});

/** A living room over the day, with a battery that goes down slowly. It tells its interval once it has been given one. */
export function thermometer(id = "thermometer"): SimulatedDevice {
  let interval: number | undefined;
  return {
    id,
    devEui: "70B3D57ED0051001",
    joinEui: JOIN_EUI,
    class: "A",
    joined: true,
    location: { latitude: 52.3731, longitude: 4.8922, altitude: 12, source: "SOURCE_REGISTRY" },
    downlinkFormatter: intervalFormatter,
    makeUplink(n) {
      const temperature = round(20.5 + 2.5 * wave(n, 48) + 0.3 * wave(n, 7), 2);
      const humidity = round(48 - 7 * wave(n, 48) + wave(n, 5), 1);
      const battery = round(3.6 - ((n * 0.0005) % 0.6), 3);
      const bytes = Buffer.alloc(5);
      bytes.writeInt16BE(Math.round(temperature * 100), 0);
      bytes.writeUInt8(Math.round(humidity * 2), 2);
      bytes.writeUInt16BE(Math.round(battery * 1000), 3);
      return {
        f_port: 2,
        frm_payload: bytes.toString("base64"),
        decoded_payload: {
          battery,
          humidity,
          ...(interval !== undefined && { interval }),
          temperature,
        },
        normalized_payload: [{ air: { relativeHumidity: humidity, temperature }, battery }],
      };
    },
    hear(fPort, payload) {
      if (fPort === INTERVAL_PORT && payload.length === 2) interval = payload.readUInt16BE(0);
      return false;
    },
  };
}

/** Carried around a lake. */
function tracker(id = "tracker"): SimulatedDevice {
  return {
    id,
    devEui: "70B3D57ED0051002",
    joinEui: JOIN_EUI,
    class: "A",
    joined: true,
    makeUplink(n) {
      const latitude = round(52.3579 + 0.0042 * wave(n + 15, 60), 6);
      const longitude = round(4.8686 + 0.0081 * wave(n, 60), 6);
      const altitude = Math.round(4 + 2 * wave(n, 11));
      const bytes = Buffer.alloc(10);
      bytes.writeInt32BE(Math.round(latitude * 1e6), 0);
      bytes.writeInt32BE(Math.round(longitude * 1e6), 4);
      bytes.writeInt16BE(altitude, 8);
      return {
        f_port: 1,
        frm_payload: bytes.toString("base64"),
        decoded_payload: { altitude, latitude, longitude, moving: n % 6 !== 5 },
      };
    },
  };
}

/** FPort the lock listens to: one byte, 1 locks, 0 unlocks. */
const LOCK_PORT = 15;

const LOCKED = "locked";
const UNLOCKED = "unlocked";

const lockFormatter = javaScriptFormatter({
  encodeDownlink({ data }) {
    const given = data?.lock;
    const wanted = given === true ? LOCKED : given === false ? UNLOCKED : given;
    if (wanted !== LOCKED && wanted !== UNLOCKED)
      return { errors: ["lock must be locked or unlocked, true or false"] };
    return { bytes: [wanted === LOCKED ? 1 : 0], fPort: LOCK_PORT };
  },
  decodeDownlink({ bytes: [state], fPort }) {
    if (fPort !== LOCK_PORT || state === undefined) return { errors: ["not for the lock"] };
    return { data: { lock: state === 0 ? UNLOCKED : LOCKED } };
  },
});

/** A door contact with a lock; class C, so it hears at once and tells its new state at once. */
export function door(id = "door"): SimulatedDevice {
  let locked = true;
  return {
    id,
    devEui: "70B3D57ED0051003",
    joinEui: JOIN_EUI,
    class: "C",
    joined: true,
    downlinkFormatter: lockFormatter,
    makeUplink(n) {
      const open = !locked && n % 2 === 1;
      return {
        f_port: 3,
        frm_payload: Buffer.from([Number(open), Number(locked)]).toString("base64"),
        decoded_payload: { lock: locked ? LOCKED : UNLOCKED, open },
      };
    },
    hear(fPort, payload) {
      if (fPort !== LOCK_PORT || payload.length !== 1) return false;
      locked = payload.readUInt8(0) !== 0;
      return true;
    },
  };
}

/** For tests that do not care which. */
export const usualDevices = (): SimulatedDevice[] => [thermometer(), tracker(), door()];

/** Those of `npm start`, called as the devices in the examples. */
export const demoDevices = (): SimulatedDevice[] => [
  thermometer("thermometer-1"),
  tracker("tracker-1"),
  door("door-1"),
];

/** A decoder that expects more bytes than come, with an error as the third line of a script of a user would throw it. */
const misreading = javaScriptUplinkFormatter({
  decodeUplink() {
    const error = new TypeError("Cannot read properties of undefined (reading 'unit')");
    error.stack = "at decodeUplink (<eval>:4:24)";
    throw error;
  },
});

/** A tank gauge: what it sends comes, and its payload formatter throws. */
const notDecoded = (): SimulatedDevice => ({
  id: "not-decoded-1",
  devEui: "70B3D57ED0051004",
  joinEui: JOIN_EUI,
  class: "A",
  joined: true,
  uplinkFormatter: misreading,
  makeUplink: (n) => ({ f_port: 4, frm_payload: Buffer.from([60 + (n % 20)]).toString("base64") }),
});

/** Another AppKey is in it than in the Console, so that it never gets further than its join request. */
const notJoining = (): SimulatedDevice => ({
  id: "not-joining-1",
  devEui: "70B3D57ED0051005",
  joinEui: JOIN_EUI,
  class: "A",
  joined: false,
  makeUplink: () => ({ f_port: 1, frm_payload: "" }),
});

/** A device of the service `demo`. */
export interface DemoDevice {
  readonly device: SimulatedDevice;
  /** From one turn of it to the next. */
  readonly everyMs: number;
  /** Leaves the reach of its gateways, and joins anew when it is back. */
  readonly moves?: boolean;
  /** Why its joins are refused. */
  readonly refusal?: JoinRefusal;
}

const described = (brand_id: string, model_id: string) => ({
  brand_id,
  model_id,
  hardware_version: "1.0",
  firmware_version: "1.2",
  band_id: "EU_863_870",
});

/** In the order in which they send first. */
export const demoStackDevices = (): DemoDevice[] => [
  {
    device: {
      ...thermometer("thermometer-1"),
      battery: 87.4,
      versionIds: described("demo-sensors", "room-2"),
      attributes: { room: "living-room" },
    },
    everyMs: 10_000,
  },
  { device: { ...tracker("tracker-1"), battery: 64.6 }, everyMs: 10_000, moves: true },
  {
    device: {
      ...door("door-1"),
      versionIds: described("demo-locks", "door-lock"),
      attributes: { room: "hall" },
      location: { latitude: 52.3731, longitude: 4.8925, altitude: 10, source: "SOURCE_REGISTRY" },
    },
    everyMs: 30_000,
  },
  { device: notDecoded(), everyMs: 20_000 },
  { device: notJoining(), everyMs: 20_000, refusal: "mic_mismatch" },
];
