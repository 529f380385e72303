import type { Classified, Service } from "../services/service";
import type { Origin } from "../stack/summary";
import type { MessageProblem } from "../stack/decode";
import type { Kind } from "../stack/kinds";
import type { Received } from "../stack/messages";
import type { Uplink } from "../stack/uplink";
import { Duplicates } from "./duplicates";
import type { Entry, TrafficLedger } from "./ledger";
import { ownText } from "./ownText";
import { forPort, LONGEST_NAME, Table, type Reader, type Recipient, type Route } from "./routes";

/** Something on the wire that is no valid message. */
export interface InvalidMessage {
  readonly topic: string;
  readonly bytes: Buffer;
  /** `topic_left`: a topic of earlier settings, which a broker still has for us. */
  readonly problem:
    | MessageProblem
    | { readonly problem: "unknown_topic" | "topic_left" }
    /** The broker has made this topic of the one that was meant. */
    | { readonly problem: "topic_changed"; readonly meant: string };
}

/** A message that came before and was left out. */
export interface Repeated {
  readonly topic: string;
  readonly deviceId: string;
  /** The other side says that it has sent it before: no wonder. */
  readonly again: boolean;
}

type ClassifiedMessage = Extract<Classified, { what: "message" }>;

/** What was found out of a topic. A message of one that is known costs one look-up before it is read. */
interface KnownTopic {
  readonly classified: ClassifiedMessage;
  /** Where the topic names kind and device. */
  readonly route: Route | undefined;
  /** Where the topic names the device. */
  device: Entry | undefined;
}

/** Of ten thousand devices the uplinks, and as many others. */
const MOST_TOPICS = 20_000;
const LONGEST_KNOWN = 200;
/** Names and sub topics have bounds: no message of the stack, a Pub/Sub integration or V2 comes on a longer topic. */
const LONGEST_TOPIC = 400;
const MOST_APPLICATIONS = 100;

const unknownTopic = ({ meant }: Extract<Classified, { what: "unknown" }>): InvalidMessage["problem"] =>
  meant === undefined ? { problem: "unknown_topic" } : { problem: "topic_changed", meant };

/**
 * Takes messages to the nodes that want them. What no node wants is not parsed; what one wants costs the same whatever number of
 * others don't.
 */
export class Router {
  /** Told of each uplink that is read, before its recipients are; it must not throw. */
  onUplink: ((uplink: Uplink, deviceId: string) => void) | undefined;
  readonly #service: Service;
  readonly #onInvalid: (invalid: InvalidMessage) => void;
  readonly #recipients = new Set<Recipient | Reader>();
  /** By how many recipients each kind is wanted: a deploy of a thousand nodes asks a thousand times. */
  readonly #wanted = new Map<Kind, number>();
  readonly #tables = new Map<Kind, Table>();
  readonly #known = new Map<string, KnownTopic>();
  readonly #ledger: TrafficLedger;
  readonly #applicationsSeen = new Set<string>();
  readonly #duplicates: Duplicates | undefined;
  readonly #onRepeated: (repeated: Repeated) => void;

  /** @param ledger where it is noted what came from whom */
  constructor(
    service: Service,
    onInvalid: (invalid: InvalidMessage) => void,
    ledger: TrafficLedger,
    onRepeated: (repeated: Repeated) => void = () => undefined,
  ) {
    this.#service = service;
    this.#onInvalid = onInvalid;
    this.#ledger = ledger;
    this.#onRepeated = onRepeated;
    this.#duplicates = service.redelivers ? new Duplicates() : undefined;
  }

  /** IDs of applications that messages name in their body, a hundred at most. */
  get applicationsSeen(): ReadonlySet<string> {
    return this.#applicationsSeen;
  }

  get kinds(): ReadonlySet<Kind> {
    return new Set(this.#wanted.keys());
  }

  /** A message came on it that could be one. */
  knows(topic: string): boolean {
    return this.#known.has(topic);
  }

  add(recipient: Recipient | Reader): void {
    if (this.#recipients.has(recipient)) return;
    this.#recipients.add(recipient);
    for (const kind of recipient.kinds) this.#wanted.set(kind, (this.#wanted.get(kind) ?? 0) + 1);
    this.#forget();
  }

  remove(recipient: Recipient | Reader): void {
    if (!this.#recipients.delete(recipient)) return;
    for (const kind of recipient.kinds) {
      const others = (this.#wanted.get(kind) ?? 0) - 1;
      if (others > 0) this.#wanted.set(kind, others);
      else this.#wanted.delete(kind);
    }
    this.#forget();
  }

  /**
   * Delivers a message, or reports it as invalid.
   * @param arrivedAt ms since 1970 on this machine
   * @param again the other side says that it has sent it before
   * @param retained the other side has kept it for new subscribers
   */
  take(topic: string, bytes: Buffer, arrivedAt: number, again = false, retained = false): void {
    const known = this.#known.get(topic) ?? this.#explore(topic, bytes, arrivedAt);
    if (!known) return;
    if (known.device) known.device = this.#ledger.seeAgain(known.device, arrivedAt);
    if (known.route) {
      if (known.route.isRead) this.#decode(known, topic, bytes, arrivedAt, again, retained);
      return;
    }
    // A broker may hold what no node wants any more.
    if (known.classified.kinds.some((kind) => !this.#table(kind).isEmpty))
      this.#decode(known, topic, bytes, arrivedAt, again, retained);
  }

  /**
   * Delivers a message that came by another way than MQTT.
   * @param read makes it anew for each recipient
   * @param backfilled it came before, while nothing could be received
   */
  hand(
    topic: string,
    origin: Origin,
    kind: Kind,
    arrivedAt: number,
    read: () => Received | undefined,
    backfilled = false,
  ): void {
    const route = this.#table(kind).of(origin.deviceId);
    const received = route.isRead ? read() : undefined;
    if (!received) return;
    if (backfilled) this.#ledger.keepStored(origin.deviceId, received, topic, arrivedAt);
    const { first, others } = forPort(route, received);
    first?.deliver({ topic, origin, arrivedAt, received, retained: false, backfilled });
    for (const recipient of others) {
      const copy = read();
      if (copy) recipient.deliver({ topic, origin, arrivedAt, received: copy, retained: false, backfilled });
    }
  }

  /** Undefined where there is nothing to read: the message is done with. */
  #explore(topic: string, bytes: Buffer, arrivedAt: number): KnownTopic | undefined {
    const classified: Classified =
      topic.length > LONGEST_TOPIC ? { what: "unknown" } : this.#service.classify(topic);
    if (classified.what === "unknown") this.#onInvalid({ topic, bytes, problem: unknownTopic(classified) });
    if (classified.what !== "message") return undefined;
    const { origin, kinds } = classified;
    const kind = kinds.length === 1 ? kinds[0] : undefined;
    const known: KnownTopic = {
      classified,
      route: origin && kind && this.#table(kind).of(origin.deviceId),
      device: origin && this.#ledger.see(origin.deviceId, arrivedAt),
    };
    if (topic.length > LONGEST_KNOWN) return known;
    if (this.#known.size >= MOST_TOPICS) this.#known.clear();
    this.#known.set(topic, known);
    return known;
  }

  #forget(): void {
    this.#tables.clear();
    this.#known.clear();
  }

  #decode(
    known: KnownTopic,
    topic: string,
    bytes: Buffer,
    arrivedAt: number,
    again: boolean,
    retained: boolean,
  ): void {
    const { classified } = known;
    const decoded = this.#service.decode(classified, bytes);
    if (!decoded.ok) {
      this.#onInvalid({ topic, bytes, problem: decoded.problem });
      return;
    }
    const { received } = decoded;
    const { origin } = classified;
    const from = origin ?? originOf(received);
    const device = known.device ?? this.#ledger.see(from.deviceId, arrivedAt);
    if (!origin) this.#seeApplication(from.applicationId);
    if (this.#duplicates?.has(received, bytes, again)) {
      this.#onRepeated({ topic, deviceId: from.deviceId, again: again || retained });
      return;
    }
    if (device) this.#ledger.keep(device, received, topic, bytes, retained ? "retained" : "live");
    if (this.onUplink !== undefined && received.kind === "uplink_message" && !retained)
      this.onUplink(received.message, from.deviceId);
    const { first, others } = forPort(known.route ?? this.#table(received.kind).of(from.deviceId), received);
    first?.deliver({ topic, origin: from, arrivedAt, received, retained });
    for (const recipient of others) {
      // Decoding again is the cheapest copy of JSON there is.
      const copy = this.#service.decode(classified, bytes);
      if (!copy.ok) return;
      recipient.deliver({ topic, origin: from, arrivedAt, received: copy.received, retained });
    }
  }

  #seeApplication(applicationId: string): void {
    if (applicationId === "" || applicationId.length > LONGEST_NAME) return;
    if (this.#applicationsSeen.size < MOST_APPLICATIONS) this.#applicationsSeen.add(ownText(applicationId));
  }

  #table(kind: Kind): Table {
    let table = this.#tables.get(kind);
    if (!table) {
      table = new Table([...this.#recipients].filter(({ kinds }) => kinds.has(kind)));
      this.#tables.set(kind, table);
    }
    return table;
  }
}

function originOf({ message }: Received): Origin {
  const { device_id, application_ids } = message.end_device_ids;
  return { deviceId: device_id, applicationId: application_ids?.application_id ?? "" };
}
