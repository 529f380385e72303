import { ownText } from "./ownText";
import type { Origin } from "../stack/summary";
import type { Received } from "../stack/messages";
import type { Kind } from "../stack/kinds";

/** A message for one recipient. */
export interface Delivery {
  readonly topic: string;
  /** What the topic says, or the body where the topic doesn't. */
  readonly origin: Origin;
  /** ms since 1970 on this machine. */
  readonly arrivedAt: number;
  /** The recipient's own: it may change it. */
  readonly received: Received;
  /** The broker has kept it: it is from before the subscription. */
  readonly retained: boolean;
  /** It was fetched later: it came while nothing could be received. */
  readonly backfilled?: boolean;
}

/** For whom messages are read and kept in the ledger: a copy of its own would cost more than all that it needs of them. */
export interface Reader {
  readonly kinds: ReadonlySet<Kind>;
  /** True: all devices. */
  readonly everyDevice: boolean;
  /** All that it wants, where they are known by their IDs: with a thousand nodes, asking each for each device would take a second. */
  readonly named?: readonly string[] | undefined;
  wantsDevice(deviceId: string): boolean;
}

/** Who wants which messages. The three questions are asked once per device and port, not per message. */
export interface Recipient extends Reader {
  /** Absent: all FPorts, and frames without one. */
  readonly wantsPort?: ((fPort: number | undefined) => boolean) | undefined;
  deliver(delivery: Delivery): void;
}

/** The first gets the message itself, each other one a copy. */
interface Recipients {
  readonly first: Recipient | undefined;
  readonly others: readonly Recipient[];
}

/** The recipients for one device (or for all that no node names), and of these for each FPort. */
export interface Route extends Recipients {
  /** They are read, for a recipient or a reader. */
  readonly isRead: boolean;
  readonly byPort:
    { readonly all: readonly Recipient[]; readonly known: Map<number | undefined, Recipients> } | undefined;
}

const MOST_DEVICES = 10_000;
/** What may be sent around as a port: a hostile `f_port: 1e9` must not fill the map. */
const MOST_PORTS = 256;
/** Where only the body names device and application, a name may have any length: longer ones than real ones are not remembered. */
export const LONGEST_NAME = 100;

/** One list for all routes: where each of many devices has one node, memory is what costs. */
const NO_OTHERS: readonly Recipient[] = [];

function recipientsOf(all: readonly Recipient[]): Recipients {
  const [first, ...others] = all;
  return { first, others: others.length > 0 ? others : NO_OTHERS };
}

const isRecipient = (one: Recipient | Reader): one is Recipient => "deliver" in one;

function route(everyone: readonly (Recipient | Reader)[]): Route {
  const all = everyone.filter(isRecipient);
  const asksForPort = all.some((recipient) => recipient.wantsPort !== undefined);
  const { first, others } = recipientsOf(all);
  const isRead = everyone.length > 0;
  return { isRead, first, others, byPort: asksForPort ? { all, known: new Map() } : undefined };
}

/** The recipients of one kind of message. Built again when they change. */
export class Table {
  readonly #everyDevice: readonly (Recipient | Reader)[];
  readonly #byName = new Map<string, (Recipient | Reader)[]>();
  readonly #toBeAsked: readonly (Recipient | Reader)[];
  readonly #common: Route;
  readonly #routes = new Map<string, Route>();

  constructor(recipients: readonly (Recipient | Reader)[]) {
    this.#everyDevice = recipients.filter(({ everyDevice }) => everyDevice);
    const some = recipients.filter(({ everyDevice }) => !everyDevice);
    this.#toBeAsked = some.filter(({ named }) => !named);
    for (const recipient of some)
      for (const deviceId of new Set(recipient.named)) this.#listOf(deviceId).push(recipient);
    this.#common = route(this.#everyDevice);
  }

  get isEmpty(): boolean {
    return this.#everyDevice.length + this.#byName.size + this.#toBeAsked.length === 0;
  }

  of(deviceId: string): Route {
    const known = this.#routes.get(deviceId);
    if (known) return known;
    const asked = this.#toBeAsked.filter((recipient) => recipient.wantsDevice(deviceId));
    const some = [...(this.#byName.get(deviceId) ?? []), ...asked];
    const found = some.length === 0 ? this.#common : route([...this.#everyDevice, ...some]);
    if (deviceId.length > LONGEST_NAME) return found;
    if (this.#routes.size >= MOST_DEVICES) this.#routes.clear();
    this.#routes.set(ownText(deviceId), found);
    return found;
  }

  #listOf(deviceId: string): (Recipient | Reader)[] {
    const known = this.#byName.get(deviceId);
    if (known) return known;
    const list: (Recipient | Reader)[] = [];
    this.#byName.set(deviceId, list);
    return list;
  }
}

export function portOf(received: Received): number | undefined {
  return received.kind === "uplink_message" ? received.message.uplink_message.f_port : undefined;
}

export function forPort(route: Route, received: Received): Recipients {
  if (!route.byPort) return route;
  const { all, known } = route.byPort;
  const fPort = portOf(received);
  const before = known.get(fPort);
  if (before) return before;
  const found = recipientsOf(all.filter((recipient) => recipient.wantsPort?.(fPort) ?? true));
  if (known.size < MOST_PORTS) known.set(fPort, found);
  return found;
}
