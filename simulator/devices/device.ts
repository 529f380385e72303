import { randomBytes } from "node:crypto";
import type { EndDeviceIds, JsonObject, Location, UplinkMessage } from "../../src/stack/messages";
import type { DownlinkFormatter } from "../downlink/formatter";
import type { DownlinkItem } from "../downlink/item";
import type { Decoded, UplinkFormatter } from "./uplinkFormatter";

/** What a device sends, decoded as its payload formatter would. */
export interface UplinkParts {
  f_port?: number;
  /** Base64. */
  frm_payload?: string;
  decoded_payload?: JsonObject;
  decoded_payload_warnings?: string[];
  /** One object per measurement; each is published as a message of its own, too. */
  normalized_payload?: JsonObject[];
  confirmed?: boolean;
}

export interface SimulatedDevice {
  readonly id: string;
  /** 16 hex digits; none for a device activated by personalization. */
  readonly devEui?: string;
  readonly joinEui?: string;
  readonly class: "A" | "C";
  /** Whether it has a session to begin with. */
  readonly joined: boolean;
  /** Where it is registered to be. */
  readonly location?: Location;
  readonly versionIds?: JsonObject;
  /** Set in the Console. From 3.34.0 on they are in its messages. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Percent, as it tells the network. From 3.33.1 on it is in its uplinks. */
  readonly battery?: number;
  /** The n-th uplink, counted from 0. */
  makeUplink(n: number): UplinkParts;
  /** ms after an uplink until its first receive window, so long a downlink still comes in time. Default: 1000. */
  readonly receiveDelay?: number;
  /** A group of devices: hears only by chosen gateways, and never answers. */
  readonly multicast?: boolean;
  /** Registered in the Application Server only. */
  readonly unknownInNetwork?: boolean;
  /**
   * Its application session key comes from a foreign join server: the stack cannot read the payloads, and it is for the application
   * to encrypt its downlinks and to count them.
   */
  readonly sealed?: boolean;
  /** Encodes and decodes its downlinks. Without one, decoded payloads are sent as nothing. */
  readonly downlinkFormatter?: DownlinkFormatter;
  /** Decodes its uplinks, instead of what `makeUplink` says of them. */
  readonly uplinkFormatter?: UplinkFormatter;
  /** Takes a downlink; true: it answers with an uplink at once. */
  hear?(fPort: number, payload: Buffer): boolean;
}

export const NETWORK_IDS = { net_id: "000000" };

/** As the network gives one to a device that joins. */
export const newDevAddr = (): string => `01${randomBytes(3).toString("hex").toUpperCase()}`;

/** A device with its LoRaWAN session: what the network knows of it. */
export class EndDevice {
  readonly model: SimulatedDevice;
  /** Of the last `location_solved`; the server puts it into all later uplinks. */
  solvedLocation: Location | undefined;
  #session: { devAddr: string; keyId: string | undefined; encryptedKey: string } | undefined;
  #recordedAddress: string | undefined;
  #fCntUp = 0;
  #fCntDown = 0;
  /** The highest that an application has chosen. */
  #chosenFCntDown = 0;
  #uplinks = 0;
  /** It heard a confirmed downlink: its next uplink acknowledges. */
  #owesAck = false;

  constructor(model: SimulatedDevice) {
    this.model = model;
    if (model.joined) this.startSession();
  }

  /** What the server sends along of its record, attributes apart. */
  get described(): JsonObject {
    const { location, versionIds } = this.model;
    const locations = {
      ...(location && { user: location }),
      ...(this.solvedLocation && { "frm-payload": this.solvedLocation }),
    };
    return {
      ...(Object.keys(locations).length > 0 && { locations }),
      ...(versionIds && { version_ids: versionIds }),
    };
  }

  /** As it is in all messages from 3.34.0 on. */
  get metadata(): JsonObject {
    const { attributes } = this.model;
    return { ...this.described, network_ids: NETWORK_IDS, ...(attributes && { attributes }) };
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** Base64; undefined without a session and for devices activated by personalization. */
  get sessionKeyId(): string | undefined {
    return this.#session?.keyId;
  }

  /**
   * `end_device_ids`. Traffic has the address of the session; what the Application Server says by itself (`downlink_queued`,
   * simulated messages) the one in its own record.
   */
  ids(applicationId: string, address: "session" | "record"): EndDeviceIds {
    const { id, devEui, joinEui } = this.model;
    const devAddr = address === "session" ? this.#session?.devAddr : this.#recordedAddress;
    return {
      device_id: id,
      application_ids: { application_id: applicationId },
      ...(devEui !== undefined && { dev_eui: devEui }),
      ...(joinEui !== undefined && { join_eui: joinEui }),
      ...(devAddr !== undefined && { dev_addr: devAddr }),
    };
  }

  /** A new session: address, key ID, counters from 0. */
  startSession(): void {
    const devAddr = newDevAddr();
    const keyId = this.model.devEui === undefined ? undefined : randomBytes(16).toString("base64");
    // Seen in the captures: no address until the second session, whose address then stays.
    if (this.#session !== undefined) this.#recordedAddress ??= devAddr;
    this.#session = { devAddr, keyId, encryptedKey: randomBytes(24).toString("base64") };
    this.#fCntUp = 0;
    this.#fCntDown = 0;
    this.#chosenFCntDown = 0;
    this.#owesAck = false;
  }

  nextFCntUp(): number {
    return this.#fCntUp++;
  }

  nextFCntDown(): number {
    return ++this.#fCntDown;
  }

  /** Of the last frame; what follows has a higher one. */
  get fCntDown(): number {
    return this.#fCntDown;
  }

  get devAddr(): string {
    return this.#session?.devAddr ?? "";
  }

  /** An application has chosen this counter for a downlink. */
  choseFCntDown(fCnt: number): void {
    this.#chosenFCntDown = Math.max(this.#chosenFCntDown, fCnt);
  }

  /** A frame with a counter that an application has chosen went out. */
  sentFCntDown(fCnt: number): void {
    this.#fCntDown = Math.max(this.#fCntDown, fCnt);
  }

  /** What uplinks have besides where the stack cannot read them. */
  get seal(): Partial<UplinkMessage> {
    if (!this.model.sealed || !this.#session) return {};
    return {
      app_s_key: { kek_label: "vendor/js", encrypted_key: this.#session.encryptedKey },
      ...(this.#chosenFCntDown > 0 && { last_a_f_cnt_down: this.#chosenFCntDown }),
    };
  }

  /** Takes a downlink from the air; true: it answers with an uplink at once. */
  hear({ fPort, payload, confirmed }: DownlinkItem): boolean {
    if (confirmed) this.#owesAck = true;
    return this.model.hear?.(fPort, payload) ?? false;
  }

  /** Whether its next uplink acknowledges a confirmed downlink; once. */
  takeAck(): boolean {
    const owed = this.#owesAck;
    this.#owesAck = false;
    return owed;
  }

  /** What its formatter makes of the bytes; undefined: it has none, or the stack cannot read them. */
  decodeUplink({ frm_payload = "", f_port = 0 }: UplinkParts, recvTime?: Date): Decoded | undefined {
    if (this.model.sealed || f_port === 0) return undefined;
    const payload = Buffer.from(frm_payload, "base64");
    return this.model.uplinkFormatter?.decode({ payload, fPort: f_port, ...(recvTime && { recvTime }) });
  }

  makeUplink(): UplinkParts {
    return this.model.makeUplink(this.#uplinks++);
  }
}
