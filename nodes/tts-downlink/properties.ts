import {
  ENCODINGS,
  OFFLINE,
  REPORTS,
  type Encoding,
  type GatewayChoice,
  type Offline,
  type Report,
} from "../../src/downlink/order";

/** The properties of `tts-downlink`, as they stand in a flow. A value with a `…Type` is a typed input of Node-RED. */
export interface DownlinkProperties {
  name: string;
  connection: string;
  device: string;
  deviceType: string;
  operation: string;
  operationType: string;
  /** 1 to 223. */
  fPort: string;
  fPortType: string;
  payload: string;
  payloadType: string;
  encoding: Encoding;
  priority: string;
  priorityType: string;
  confirmed: string;
  confirmedType: string;
  /** Transmissions in all, 1 to 32; empty for the server's default. */
  maxAttempts: string;
  maxAttemptsType: string;
  correlationIds: string;
  correlationIdsType: string;
  /** Class B and C: in the order of preference. */
  gateways: GatewayChoice[];
  /** Class B and C. */
  absoluteTime: string;
  absoluteTimeType: string;
  report: Report;
  /** Seconds from publishing to the first answer; 0 for no limit. */
  timeout: string;
  offline: Offline;
}

/** Properties that are one of a few words. */
export const DOWNLINK_CHOICES = {
  encoding: ENCODINGS,
  report: REPORTS,
  offline: OFFLINE,
} as const satisfies { readonly [Name in keyof DownlinkProperties]?: readonly DownlinkProperties[Name][] };

/** A property that is missing in a flow has this value at run time. */
export const DOWNLINK_DEFAULTS: DownlinkProperties = {
  name: "",
  connection: "",
  device: "deviceId",
  deviceType: "msg",
  operation: "push",
  operationType: "str",
  fPort: "1",
  fPortType: "num",
  payload: "payload",
  payloadType: "msg",
  encoding: "bytes",
  priority: "NORMAL",
  priorityType: "str",
  confirmed: "false",
  confirmedType: "bool",
  maxAttempts: "",
  maxAttemptsType: "num",
  correlationIds: "",
  correlationIdsType: "str",
  gateways: [],
  absoluteTime: "",
  absoluteTimeType: "str",
  report: "queued",
  timeout: "10",
  offline: "hold",
};
