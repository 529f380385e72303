import type { JsonObject, StackError } from "../src/stack/messages";
import { escapedBody, escapedError } from "./stackErrors";

export type ServerVersion = "3.32" | "3.36";

/** What differs between versions, as their changelog and documentation say. Rule: docs/server.md#13-newer-servers. */
export interface VersionTraits {
  /** 3.33.1: uplinks have the last battery percentage. */
  readonly tellsBattery: boolean;
  /** 3.33.1: uplink formatters are told when the uplink came. */
  readonly tellsRecvTime: boolean;
  /** 3.34.0: all messages have the metadata of their device, attributes included. */
  readonly sendsMetadata: boolean;
  /** 3.35.0: a confirmed downlink for a class C device is missed without an uplink, too. */
  readonly missesClassC: boolean;
  /** 3.35.2: what limits queue operations by HTTP together, of an application and a device. */
  readonly limitedTogether: "application" | "device";
  /** 3.36.0: what applications get to see of an error, and of the body of an error answer. */
  readonly told: (error: StackError) => StackError;
  readonly toldBody: (body: JsonObject) => JsonObject;
}

export const VERSIONS: Readonly<Record<ServerVersion, VersionTraits>> = {
  "3.32": {
    tellsBattery: false,
    tellsRecvTime: false,
    sendsMetadata: false,
    missesClassC: false,
    limitedTogether: "device",
    told: (error) => error,
    toldBody: (body) => body,
  },
  "3.36": {
    tellsBattery: true,
    tellsRecvTime: true,
    sendsMetadata: true,
    missesClassC: true,
    limitedTogether: "application",
    told: escapedError,
    toldBody: escapedBody,
  },
};
