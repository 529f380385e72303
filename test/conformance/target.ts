/**
 * What the suite runs against: our simulator, or a real The Things Stack where the environment names one.
 *
 * | variable             | meaning                                                                        | default                |
 * | -------------------- | ------------------------------------------------------------------------------ | ---------------------- |
 * | TTS_HOST             | host of the MQTT server; without it the suite starts the simulator             |                        |
 * | TTS_PORT             | its port                                                                       | 1883, with TLS 8883    |
 * | TTS_APPLICATION      | ID of an application in which nothing else happens                             | required               |
 * | TTS_API_KEY          | may read, write downlinks and write uplinks (to simulate messages)             | required               |
 * | TTS_TENANT           | ID of the tenant                                                               | none                   |
 * | TTS_TLS              | 1 or 0                                                                         | 1 with 8883 or TTS_CA  |
 * | TTS_CA               | file with the certificate of the authority (PEM)                               | the system's           |
 * | TTS_API              | URL of the HTTP API                                                            | https://{TTS_HOST};    |
 * |                      |                                                                                | without TLS http, 1885 |
 * | TTS_DEVICE           | end device with a session, class A, no payload formatter; its queue is emptied | fixed                  |
 * | TTS_READ_KEY         | key that may only read                                                         | tests skipped          |
 * | TTS_WRITE_KEY        | key that may only write downlinks                                              | tests skipped          |
 * | TTS_MUTE_KEY         | key that may do neither, but has another right on the application              | tests skipped          |
 * | TTS_UNJOINED_DEVICE  | end device that never joined                                                   | tests skipped          |
 * | TTS_CLASS_C_DEVICE   | class C end device with a session, in reach of a gateway; its queue is emptied | tests skipped          |
 * | TTS_GATEWAY          | ID of a gateway that is connected, and whose status is public                  | tests skipped          |
 */
import { readFileSync } from "node:fs";
import type { Context } from "mocha";
import type { Endpoint } from "../../src/connection/link";
import type { ApiTarget } from "../../src/diagnosis/apiRequest";
import { apiUrl } from "../../src/stack/apiAddress";
import { IN_USE } from "../../simulator/http/gatewayStatistics";
import { startSimulator, type SimulatedDevice } from "../../simulator/simulator";
import { usualPort } from "../../src/stack/address";
import { userName } from "../../src/stack/identifiers";

/** What not every stack at hand has; tests that need it are skipped without it. */
const OPTIONAL = [
  "TTS_READ_KEY",
  "TTS_WRITE_KEY",
  "TTS_MUTE_KEY",
  "TTS_UNJOINED_DEVICE",
  "TTS_CLASS_C_DEVICE",
  "TTS_GATEWAY",
] as const;

type Optional = (typeof OPTIONAL)[number];

interface Account {
  readonly endpoint: Endpoint;
  readonly api: string;
  readonly applicationId: string;
  readonly tenantId: string | undefined;
  readonly apiKey: string;
  readonly device: string;
  readonly optional: Readonly<Partial<Record<Optional, string>>>;
}

export interface Target extends Account {
  readonly userName: string;
  /** The HTTP API with that key, or another one. */
  apiWith(apiKey?: string): ApiTarget;
  /** Something optional; without it the running test is skipped. */
  given(test: Context, name: Optional): string;
  close(): Promise<void>;
}

/** What the environment names; undefined: the simulator. Read at once, so that what is missing is said once. */
const REAL = (process.env.TTS_HOST ?? "") === "" ? undefined : realAccount(process.env);

/** For the titles. */
export const TARGET = REAL ? `The Things Stack at ${REAL.endpoint.host}` : "the simulator";

export async function openTarget(): Promise<Target> {
  return REAL ? target(REAL, () => Promise.resolve()) : simulated();
}

function target(account: Account, close: () => Promise<void>): Target {
  const { endpoint, api, applicationId, tenantId, optional } = account;
  return {
    ...account,
    userName: userName(applicationId, tenantId),
    apiWith: (apiKey = account.apiKey) => ({
      url: api,
      apiKey,
      ...(endpoint.tls && { tls: endpoint.tls }),
    }),
    given: (test, name) => optional[name] ?? test.skip(),
    close,
  };
}

function realAccount(env: NodeJS.ProcessEnv): Account {
  const value = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const missing = ["TTS_HOST", "TTS_APPLICATION", "TTS_API_KEY"].filter((name) => value(name) === undefined);
  if (missing.length > 0) throw new Error(`TTS_HOST is set; ${missing.join(" and ")} must be set, too`);

  const host = value("TTS_HOST") ?? "";
  const ca = value("TTS_CA");
  const secure = (value("TTS_TLS") ?? (ca !== undefined || value("TTS_PORT") === "8883" ? "1" : "0")) === "1";
  const port = Number(value("TTS_PORT") ?? usualPort(secure));
  const api = apiUrl(value("TTS_API") ?? (secure ? "" : `http://${host}:1885`), host);
  if (api === undefined) throw new Error("TTS_API is no URL");
  return {
    endpoint: { host, port, ...(secure && { tls: ca === undefined ? {} : { ca: readFileSync(ca) } }) },
    api,
    applicationId: value("TTS_APPLICATION") ?? "",
    tenantId: value("TTS_TENANT"),
    apiKey: value("TTS_API_KEY") ?? "",
    device: value("TTS_DEVICE") ?? "fixed",
    optional: Object.fromEntries(
      OPTIONAL.flatMap((name) => {
        const given = value(name);
        return given === undefined ? [] : [[name, given]];
      }),
    ),
  };
}

const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";
const SIMULATE = "RIGHT_APPLICATION_TRAFFIC_UP_WRITE";

const simulatedKey = (letter: string): string => `NNSXS.${letter.repeat(39)}.${"S".repeat(52)}`;

const simulatedDevice = (id: string, given: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
  id,
  class: "A",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
  ...given,
});

/** The simulator with the same keys and devices as the real one has that the captures are from. */
async function simulated(): Promise<Target> {
  const read = simulatedKey("R");
  const write = simulatedKey("W");
  const mute = simulatedKey("M");
  const simulator = await startSimulator({
    keys: [
      { key: simulatedKey("K"), name: "capture", rights: [READ, SIMULATE, WRITE] },
      { key: read, name: "read", rights: [READ] },
      { key: write, name: "write", rights: [WRITE] },
      { key: mute, name: "mute", rights: ["RIGHT_APPLICATION_INFO"] },
    ],
    devices: [
      simulatedDevice("fixed"),
      simulatedDevice("never-joined", {
        joined: false,
        devEui: "70B3D57ED0000006",
        joinEui: "70B3D57ED0000000",
      }),
      simulatedDevice("valve", { class: "C", devEui: "70B3D57ED0000005", joinEui: "70B3D57ED0000000" }),
    ],
  });
  simulator.setGateway("roof-gateway", { statistics: IN_USE });
  return target(
    {
      endpoint: { host: simulator.host, port: simulator.port },
      api: simulator.apiUrl,
      applicationId: simulator.applicationId,
      tenantId: undefined,
      apiKey: simulator.apiKey,
      device: "fixed",
      optional: {
        TTS_READ_KEY: read,
        TTS_WRITE_KEY: write,
        TTS_MUTE_KEY: mute,
        TTS_UNJOINED_DEVICE: "never-joined",
        TTS_CLASS_C_DEVICE: "valve",
        TTS_GATEWAY: "roof-gateway",
      },
    },
    () => simulator.stop(),
  );
}
