import type { Delivery } from "../connection/routes";
import type { Service } from "../services/service";
import type { Received } from "../stack/messages";
import type { KeptUplink, SeenDevice } from "./seenDevice";

/** The last uplink of a device on one FPort, to be read when a form asks. */
export interface LastUplink {
  readonly device: SeenDevice;
  readonly fPort: number | undefined;
  /** ms since 1970 on this machine. */
  readonly at: number;
  /** How much there is to read, in bytes; 0 where it was given up for room. */
  readonly size: number;
  /** A message of its own each time. */
  read(): Delivery | undefined;
}

const MOST_PORTS = 16;
/** In bytes. */
const MOST_KEPT = 4_000_000;
const LONGEST_UPLINK = 32_768;
const EUI_LENGTH = 16;
/** Messages a second from which on not each is kept: with a thousand devices copying them would cost more than all else. */
const BUSY = 100;
/** While it is busy: how old a kept one may be, in ms. */
const FRESH_MS = 5_000;
const SECOND_MS = 1_000;

/** What of it is text, in bytes or so. */
const sizeOf = ({ topic, bytes }: KeptUplink): number => topic.length + bytes.length;

const oldestFirst = (one: { at: number }, other: { at: number }): number => one.at - other.at;

/** The clock of this machine was set back: what is there is older than what comes now. */
function setBack(device: SeenDevice, at: number): void {
  device.keptAt = -Infinity;
  for (const kept of device.uplinks.values()) kept.at = Math.min(kept.at, at - 1);
}

/** The last uplink of each device on each FPort, in bytes, and read only when a form asks. Bounded. */
export class KeptUplinks {
  readonly #service: Service;
  readonly #oldestDevices: () => readonly SeenDevice[];
  /** Of all of them, in bytes or so. */
  #size = 0;
  #secondBegan = 0;
  #inThisSecond = 0;

  /** @param oldestDevices those that were not seen for longest first */
  constructor(service: Service, oldestDevices: () => readonly SeenDevice[]) {
    this.#service = service;
    this.#oldestDevices = oldestDevices;
  }

  /** Of these devices on these FPorts, the latest first. */
  of(
    devices: readonly SeenDevice[],
    wantsPort: (fPort: number | undefined) => boolean = () => true,
  ): readonly LastUplink[] {
    return devices
      .flatMap((device) => this.#uplinksOf(device).filter(({ fPort }) => wantsPort(fPort)))
      .sort(oldestFirst)
      .reverse();
  }

  /**
   * Where it was read anyway: this runs for every message that is.
   * @param at ms since 1970
   */
  keep(device: SeenDevice, received: Received, topic: string, bytes: Buffer, at: number): void {
    if (device.keptAt > at) setBack(device, at);
    if (this.#isBusy(device.at) && device.at - device.keptAt < FRESH_MS) return;
    const { dev_eui: eui } = received.message.end_device_ids;
    if (eui?.length === EUI_LENGTH) device.eui = eui;
    if (received.kind !== "uplink_message") return;
    const fPort = received.message.uplink_message.f_port;
    let kept = device.uplinks.get(fPort);
    if (!kept) {
      if (device.uplinks.size >= MOST_PORTS) this.#forgetPort(device);
      kept = { at: 0, topic: "", bytes: "" };
      device.uplinks.set(fPort, kept);
    }
    device.keptAt = at;
    const fits = bytes.length <= LONGEST_UPLINK;
    this.#size -= sizeOf(kept);
    kept.at = at;
    kept.topic = fits ? topic : "";
    kept.bytes = fits ? bytes.toString("latin1") : "";
    this.#size += sizeOf(kept);
    if (this.#size > MOST_KEPT) this.#makeRoom();
  }

  /** Of the devices that were not seen for longest only the names stay. */
  #makeRoom(): void {
    for (const device of this.#oldestDevices()) {
      if (this.#size <= MOST_KEPT / 2) return;
      this.giveUp(device);
    }
  }

  /** Only its name stays. */
  giveUp({ uplinks }: SeenDevice): void {
    for (const kept of uplinks.values()) {
      this.#size -= sizeOf(kept);
      kept.topic = kept.bytes = "";
    }
  }

  #isBusy(now: number): boolean {
    if (Math.abs(now - this.#secondBegan) >= SECOND_MS) {
      this.#secondBegan = now;
      this.#inThisSecond = 0;
    }
    this.#inThisSecond += 1;
    return this.#inThisSecond > BUSY;
  }

  #uplinksOf(device: SeenDevice): LastUplink[] {
    return [...device.uplinks].map(([fPort, kept]) => {
      const { at, bytes } = kept;
      return { device, fPort, at, size: bytes.length, read: () => this.#read(device, kept) };
    });
  }

  #read({ deviceId }: SeenDevice, { at, topic, bytes }: KeptUplink): Delivery | undefined {
    const classified = this.#service.classify(topic);
    if (classified.what !== "message" || bytes === "") return undefined;
    const decoded = this.#service.decode(classified, Buffer.from(bytes, "latin1"));
    if (!decoded.ok) return undefined;
    const { received } = decoded;
    const applicationId = received.message.end_device_ids.application_ids?.application_id ?? "";
    const origin = classified.origin ?? { deviceId, applicationId };
    return { topic, origin, arrivedAt: at, received, retained: false };
  }

  #forgetPort({ uplinks }: SeenDevice): void {
    const [oldest] = [...uplinks].sort(([, one], [, other]) => oldestFirst(one, other));
    if (!oldest) return;
    const [fPort, kept] = oldest;
    this.#size -= sizeOf(kept);
    uplinks.delete(fPort);
  }
}
