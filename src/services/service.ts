import type { DownlinkLimits } from "../downlink/limits";
import type { DownlinkItem } from "../downlink/order";
import type { Kind } from "../stack/kinds";
import type { ServiceName, ServiceTraits } from "../stack/services";
import type { Decoded } from "../stack/decode";
import type { Origin } from "../stack/summary";

/** What the topic alone tells of a message, before any parsing. */
export type Classified =
  /** A message of one of `kinds`; several where only the body tells. `origin` is absent where only the body names the device. */
  | { readonly what: "message"; readonly kinds: readonly Kind[]; readonly origin?: Origin }
  /** Traffic that is not ours to read: downlinks that other clients publish. */
  | { readonly what: "other" }
  /** `meant`: the topic of ours that a broker has made into this one. */
  | { readonly what: "unknown"; readonly meant?: string };

export interface Subscription {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  /** The kinds that can come through it. */
  readonly kinds: readonly Kind[];
}

/** What the MQTT CONNECT carries. */
export interface Login {
  readonly username?: string;
  /** Secret. */
  readonly password?: string;
  /** False asks the broker to keep the session while we are away. */
  readonly clean: boolean;
}

/** A publish, ready for the wire. */
export interface Publish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/**
 * One way to talk to The Things Stack: its own MQTT server, its Pub/Sub integration over the user's broker, or a V2 network.
 * Pure: bytes in, messages out. Everything behind it sees The Things Stack v3 messages.
 */
export interface Service {
  readonly name: ServiceName;
  readonly traits: ServiceTraits;
  /** The kinds of message that can come at all. */
  readonly kinds: ReadonlySet<Kind>;
  readonly login: Login;
  /** One message may come several times, as MQTT allows above QoS 0. */
  readonly redelivers: boolean;
  /** A set of subscriptions for these kinds in which no two overlap, so that no broker can deliver twice. */
  subscriptions(kinds: ReadonlySet<Kind>): readonly Subscription[];
  classify(topic: string): Classified;
  /** Parses and checks a message that `classify` called one; never throws. */
  decode(classified: Extract<Classified, { what: "message" }>, bytes: Uint8Array): Decoded;
  readonly downlinkLimits: DownlinkLimits;
  /** The words of this service for items that go to a device's queue; none at all clears it with `replace`. */
  encodeDownlink(deviceId: string, operation: "push" | "replace", items: readonly DownlinkItem[]): Publish;
}
