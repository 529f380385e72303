/** What stands behind the lines: the simulator, or a real stack where the environment names one as for the conformance suite. */
import type { Destination } from "./line";

export interface Target {
  readonly name: string;
  readonly destination: Destination;
  readonly api: string;
  readonly userName: string;
  readonly apiKey: string;
  /** Devices that keep what is queued, and those that hear it at once. */
  readonly keeping: readonly string[];
  readonly hearing: readonly string[];
  /** Sends an uplink with this number in its payload. */
  uplink(number: number): void;
  /** It has not taken the last ones yet. */
  isBehind(): boolean;
  /** One may come behind so many that were sent later: of so many before a fault it is not known whether they were under way. */
  readonly disorder: number;
  /** The server has not published it, to a client that does not go through the lines either. */
  unpublished(number: number): boolean;
  /** How often the server has taken each downlink into a queue, by the number in its payload. */
  queued(): Promise<ReadonlyMap<number, number>>;
  /** How often a device got it; undefined: not known. */
  heard(number: number): number | undefined;
  /** Absent where it is not ours to restart. */
  readonly restart?: () => Promise<void>;
  /** Takes connections and answers nothing. */
  readonly freeze?: (on: boolean) => void;
  stop(): Promise<void>;
}

/** The environment names a real stack. */
export const IS_REAL = (process.env.TTS_HOST ?? "") !== "";
