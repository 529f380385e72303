import type { EndDeviceIds, JsonObject, UplinkMessage } from "../src/stack/messages";
import type { Application } from "./application";
import { NETWORK_IDS, newDevAddr } from "./devices/device";
import type { EndDevice } from "./devices/device";
import { typed } from "./events/events";
import type { StackEvent, StackEvents } from "./events/events";
import type { Feed } from "./feed";
import { reception } from "./radio";
import { stackError } from "./stackErrors";
import { rpc, stamp, timestamp } from "./stamps";
import type { VersionTraits } from "./versions";

/** What the downlink side has to know of the other direction; `ids` are the correlation IDs of the reception. */
export interface UplinkListener {
  joined(device: EndDevice): void;
  /** Before anything of an uplink is published. */
  receiving(device: EndDevice, acknowledges: boolean, ids: readonly string[]): void;
  /** After all of an uplink has been published. */
  received(device: EndDevice, uplink: ReceivedUplink): void;
}

export interface ReceivedUplink {
  /** Correlation IDs of the reception. */
  readonly ids: readonly string[];
  readonly spreadingFactor: number;
  /** The device wants an acknowledgement. */
  readonly confirmed: boolean;
}

/** What an uplink has besides its message. */
export interface UplinkFrame {
  /** Default: acknowledges what the device heard. False withholds it, as if it had not heard. */
  readonly ack?: boolean;
}

const JOIN_REFUSALS = {
  mic_mismatch: "MIC mismatch",
  reuse_dev_nonce: "DevNonce has already been used",
};

/** Why a device may not join: its key is another one, or it has asked with this number before. */
export type JoinRefusal = keyof typeof JOIN_REFUSALS;

/** Brings what the devices send to the application: joins, uplinks and what the server makes of them. */
export class Network {
  readonly #application: Application;
  readonly #version: VersionTraits;
  readonly #feed: Feed;
  readonly #events: StackEvents;
  readonly #listener: UplinkListener;

  constructor(
    application: Application,
    version: VersionTraits,
    feed: Feed,
    events: StackEvents,
    listener: UplinkListener,
  ) {
    this.#application = application;
    this.#version = version;
    this.#feed = feed;
    this.#events = events;
    this.#listener = listener;
  }

  /** A join: new session, new address. Returns the message. */
  join(device: EndDevice): JsonObject {
    device.startSession();
    this.#listener.joined(device);
    const body = {
      session_key_id: device.sessionKeyId,
      received_at: timestamp(),
      ...(this.#version.sendsMetadata && device.metadata),
    };
    const envelope = this.#envelope(device, receptionIds());
    this.#events.publish("js.join.accept", envelope.end_device_ids, [rpc("NsJs/HandleJoin")]);
    return this.#feed.publish("join_accept", body, envelope);
  }

  /** The Join Server refuses what a device asks: no message comes of it. Returns the event. */
  refuseJoin(device: EndDevice, refusal: JoinRefusal): StackEvent {
    const ids = { ...this.#record(device), dev_addr: newDevAddr() };
    const reception = receptionIds().filter((id) => !id.startsWith("rpc:/ttn.lorawan.v3.NsAs"));
    const error = stackError({
      namespace: "pkg/joinserver",
      name: refusal,
      format: JOIN_REFUSALS[refusal],
      code: 3,
    });
    return this.#events.failed("ns.up.join.cluster.fail", ids, reception, error);
  }

  /**
   * An uplink, what `given` says instead of what the device would send. Normalized measurements go before it, a solved location
   * after it. A device without a session joins first. Returns the message.
   */
  uplink(device: EndDevice, given: Partial<UplinkMessage> = {}, frame: UplinkFrame = {}): JsonObject {
    if (!device.hasSession) this.join(device);
    const ids = receptionIds();
    this.#listener.receiving(device, device.takeAck() && frame.ack !== false, ids);
    const fCnt = device.nextFCntUp();
    const parts = this.#decoded(device, { ...device.makeUplink(), ...given }, ids);
    const { normalized_payload: measurements, decoded_payload: decoded, ...sent } = parts;
    const { model } = device;
    const location = decoded === undefined ? undefined : locationIn(decoded);
    device.solvedLocation = location ?? device.solvedLocation;
    const payloadLength = Buffer.from(sent.frm_payload ?? "", "base64").length;
    const radio = reception(model.id, fCnt, payloadLength);
    const { tellsBattery, sendsMetadata } = this.#version;
    const around: JsonObject = {
      ...radio,
      received_at: timestamp(),
      ...device.described,
      ...device.seal,
      network_ids: NETWORK_IDS,
      ...(sendsMetadata && model.attributes && { attributes: model.attributes }),
    };
    const session: JsonObject = {
      ...(device.sessionKeyId !== undefined && { session_key_id: device.sessionKeyId }),
      ...(fCnt > 0 && { f_cnt: fCnt }),
    };
    if (sent.decoded_payload_warnings?.length) {
      const warned = typed("ApplicationUplink", {
        ...session,
        ...around,
        ...sent,
        ...(decoded && { decoded_payload: decoded }),
      });
      this.#events.publish("as.up.data.decode.warning", this.#record(device), ids, warned);
    }
    for (const measurement of measurements ?? []) {
      const body = { ...session, ...around, ...sent, normalized_payload: measurement };
      this.#feed.publish("uplink_normalized", body, this.#envelope(device, ids));
    }
    const body = {
      ...session,
      ...around,
      ...sent,
      ...(decoded && { decoded_payload: decoded }),
      ...(measurements && { normalized_payload: measurements }),
      ...(tellsBattery && model.battery !== undefined && batteryOf(model.battery, fCnt)),
    };
    const message = this.#feed.publish("uplink_message", body, this.#envelope(device, ids));
    if (location !== undefined) {
      const solved = { service: "frm-payload", location };
      this.#feed.publish("location_solved", solved, this.#envelope(device, ids));
    }
    this.#listener.received(device, {
      ids: ids.filter((id) => !id.startsWith("rpc:/ttn.lorawan.v3.NsAs")),
      spreadingFactor: (sent.settings ?? radio.settings).data_rate?.lora?.spreading_factor ?? 7,
      confirmed: sent.confirmed === true,
    });
    return message;
  }

  /** What the device's formatter, where it has one, makes of the bytes; nothing and an event where it fails. */
  #decoded(device: EndDevice, parts: Partial<UplinkMessage>, ids: readonly string[]): Partial<UplinkMessage> {
    const result = device.decodeUplink(parts, this.#version.tellsRecvTime ? new Date() : undefined);
    if (result === undefined) return parts;
    const sent = { ...parts };
    delete sent.decoded_payload;
    delete sent.decoded_payload_warnings;
    if (result.ok) return { ...sent, ...result.parts };
    delete sent.normalized_payload;
    this.#events.failed("as.up.data.decode.fail", this.#record(device), ids, result.error);
    return sent;
  }

  #record(device: EndDevice): EndDeviceIds {
    return device.ids(this.#application.applicationId, "record");
  }

  #envelope(device: EndDevice, ids: readonly string[]) {
    return {
      end_device_ids: device.ids(this.#application.applicationId, "session"),
      correlation_ids: ids,
    };
  }
}

/** What the Gateway Server, the Network Server and the Application Server call one reception. */
export function receptionIds(): string[] {
  return [stamp("gs:uplink"), rpc("GsNs/HandleUplink"), rpc("NsAs/HandleUplink")];
}

/** Told with each uplink; a real device is asked once a day. */
const batteryOf = (value: number, fCnt: number) => ({
  last_battery_percentage: { ...(fCnt > 0 && { f_cnt: fCnt }), value, received_at: timestamp() },
});

/** The server takes coordinates in a decoded payload for a position. */
function locationIn(decoded: JsonObject) {
  const { latitude, longitude, altitude } = decoded;
  if (typeof latitude !== "number" || typeof longitude !== "number") return undefined;
  return {
    latitude,
    longitude,
    ...(typeof altitude === "number" && altitude !== 0 && { altitude }),
    source: "SOURCE_GPS",
  };
}
