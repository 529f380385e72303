import type { EndDeviceIds, JsonObject } from "../src/stack/messages";
import type { Application } from "./application";
import type { SimulatorOptions } from "./contract";
import { usualDevices } from "./devices/demo";
import { EndDevice } from "./devices/device";
import type { SimulatedDevice } from "./devices/device";
import { Confirmations } from "./downlink/confirmations";
import { Gateways } from "./downlink/gateways";
import { DownlinkQueues } from "./downlink/queues";
import { DownlinkReports } from "./downlink/reports";
import { Transmissions } from "./downlink/transmissions";
import { StackEvents } from "./events/events";
import type { StackEvent } from "./events/events";
import { Feed } from "./feed";
import type { Journal } from "./journal";
import { Network } from "./network";
import { Schedule } from "./schedule";
import type { VersionTraits } from "./versions";

/** A real one needs 215 to 370 ms. */
const ACCEPTED_AFTER = 60;
const PLAN_AHEAD = 5_000;
/** `mac_settings.class_c_timeout`. */
const CLASS_C_TIMEOUT = 300_000;

/** What stands behind both ports: devices, gateways, and what happens between them and the application. */
export class SimulatedStack {
  readonly events: StackEvents;
  readonly feed: Feed;
  readonly gateways: Gateways;
  readonly queues: DownlinkQueues;
  readonly network: Network;
  readonly schedule: Schedule;
  readonly #transmissions: Transmissions;
  readonly #confirmations: Confirmations;
  readonly #devices = new Map<string, EndDevice>();

  constructor(
    application: Application,
    version: VersionTraits,
    journal: Journal,
    options: Pick<SimulatorOptions, "devices" | "timing">,
    deliver: (topic: string, payload: Buffer) => void,
    tell: (event: StackEvent, ids: EndDeviceIds) => void,
    keep: (uplink: JsonObject) => void,
  ) {
    const timing = {
      acceptedAfter: ACCEPTED_AFTER,
      planAhead: PLAN_AHEAD,
      classCTimeout: CLASS_C_TIMEOUT,
      ...options.timing,
    };
    this.events = new StackEvents(version, tell);
    this.feed = new Feed(application, deliver, this.events, keep);
    this.gateways = new Gateways(journal);
    const reports = new DownlinkReports(application, version, this.feed, this.events);
    this.queues = new DownlinkQueues({
      application,
      device: (deviceId) => this.find(deviceId),
      reports,
      planAhead: timing.planAhead,
      changed: (device) => {
        this.#transmissions.queued(device);
      },
    });
    const confirmations = new Confirmations({
      queues: this.queues,
      reports,
      ...(version.missesClassC && { classCTimeout: timing.classCTimeout }),
      queuedAgain: (device) => {
        this.#transmissions.queued(device);
      },
    });
    this.#confirmations = confirmations;
    this.#transmissions = new Transmissions({
      queues: this.queues,
      confirmations,
      reports,
      gateways: this.gateways,
      timing,
      answer: (device) => {
        this.network.uplink(device);
      },
    });
    this.network = new Network(application, version, this.feed, this.events, {
      joined: (device) => {
        this.#transmissions.joined(device);
        this.queues.renumber(device);
      },
      receiving: (device, acknowledges, ids) => {
        confirmations.answered(device, acknowledges, ids);
      },
      received: (device, uplink) => {
        this.#transmissions.heard(device, uplink);
      },
    });
    this.schedule = new Schedule(this.network, () => [...this.#devices.values()]);
    for (const device of options.devices ?? usualDevices()) this.addDevice(device);
  }

  addDevice(model: SimulatedDevice): void {
    this.#devices.set(model.id, new EndDevice(model));
  }

  find(deviceId: string): EndDevice | undefined {
    return this.#devices.get(deviceId);
  }

  /** Throws a `RangeError` for any other. */
  known(deviceId: string): EndDevice {
    const device = this.find(deviceId);
    if (device === undefined) throw new RangeError(`there is no device ${deviceId}`);
    return device;
  }

  /** Nothing happens on the air any more. */
  stop(): void {
    this.schedule.stop();
    this.#transmissions.stop();
    this.#confirmations.stop();
  }
}
