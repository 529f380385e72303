import { cayenneLppFormatter, javaScriptFormatter, type SimulatedDevice } from "../../simulator/simulator";

/** Its application session key is one that the server cannot know. */
export const SEALED = "sealed";

const JOIN_EUI = "70B3D57ED0000000";

const personalized = (id: string, given: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
  id,
  class: "A",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AA==" }),
  ...given,
});

const overTheAir = (id: string, number: number, given: Partial<SimulatedDevice> = {}): SimulatedDevice =>
  personalized(id, { devEui: `70B3D57ED000000${number}`, joinEui: JOIN_EUI, ...given });

/** The formatter of that device on the real stack: it shows every outcome of an encoder and a decoder. */
const sensorFormatter = javaScriptFormatter({
  encodeDownlink({ data }) {
    // As in JavaScript: there may be nothing to take it from.
    const { fail, open, level, port, warn } = data as Record<string, unknown>;
    if (fail === "throw") throw new Error("level is missing");
    if (fail === "errors") return { errors: ["level must be 0 to 100"] };
    if (fail === "port 0") return { bytes: [1], fPort: 0 };
    if (fail === "too long") return { bytes: Array.from({ length: 243 }, (_, index) => index) };
    if (fail === "empty") return { bytes: [] };
    return {
      bytes: [open === true ? 1 : 0, Number(level ?? 0)],
      ...(typeof port === "number" && { fPort: port }),
      ...(warn === true && { warnings: ["level was rounded"] }),
    };
  },
  decodeDownlink({ bytes: [open, level = null], fPort }) {
    if (fPort === 4) throw new Error("cannot decode");
    return {
      data: { open: open === 1, level },
      ...(fPort === 2 && { warnings: ["level was rounded"] }),
    };
  },
});

/** Those of `captures/README.md` that these tests need. */
export const capturedDevices = (): SimulatedDevice[] => [
  overTheAir("plain", 1),
  overTheAir("sensor", 2, { downlinkFormatter: sensorFormatter }),
  overTheAir("tracker", 4, { downlinkFormatter: cayenneLppFormatter, receiveDelay: 5_000 }),
  overTheAir("valve", 5, { class: "C" }),
  overTheAir("never-joined", 6, { joined: false }),
  overTheAir(SEALED, 7, { sealed: true, receiveDelay: 0 }),
  overTheAir("retry", 8),
  personalized("lamps", { class: "C", multicast: true }),
  personalized("half-deleted", { unknownInNetwork: true }),
];
