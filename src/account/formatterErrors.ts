import type { NetworkEvent } from "../diagnosis/networkEvents";
import type { StackError } from "../stack/messages";

/** The uplink goes by MQTT, the error of its formatter by HTTP: which of them is first is chance. */
const WAIT_MS = 1_000;
const MOST_DEVICES = 100;
/** Beyond this number of uplinks the usual explanation has to do. */
const MOST_WAITING = 100;

interface Kept {
  /** ms since 1970 on this machine. */
  readonly at: number;
  readonly correlationIds: readonly string[];
  readonly error: StackError;
}

/** Waits for the error that belongs to an uplink. */
interface Waiting {
  readonly correlationIds: ReadonlySet<string>;
  readonly tell: (error: StackError | undefined) => void;
}

/** Why payload formatters failed, as the event stream told last: for what is explained by it. The last error of each device is kept. */
export class FormatterErrors {
  readonly #encoder = new Map<string, Kept>();
  readonly #decoder = new Map<string, Kept>();
  readonly #waiting = new Set<Waiting>();

  keep({ origin: { deviceId }, received }: NetworkEvent): void {
    const { correlation_ids: correlationIds = [] } = received.message;
    const at = Date.now();
    if (received.kind === "encoder_error")
      put(this.#encoder, deviceId, { at, correlationIds, error: received.message.encoder_error.data });
    if (received.kind !== "decoder_error") return;
    const error = received.message.decoder_error.data;
    put(this.#decoder, deviceId, { at, correlationIds, error });
    for (const { correlationIds: wanted, tell } of this.#waiting)
      if (share(correlationIds, wanted)) tell(error);
  }

  /** Of a downlink that was sent at that time (ms since 1970) or later. */
  encoderError(deviceId: string, since: number): StackError | undefined {
    const last = this.#encoder.get(deviceId);
    return last && last.at >= since ? last.error : undefined;
  }

  /** Of the uplink with these correlation IDs; undefined where none is told within a second. Never rejects. */
  decoderError(deviceId: string, correlationIds: readonly string[]): Promise<StackError | undefined> {
    const wanted = new Set(correlationIds);
    const last = this.#decoder.get(deviceId);
    if (last && share(last.correlationIds, wanted)) return Promise.resolve(last.error);
    if (wanted.size === 0 || this.#waiting.size >= MOST_WAITING) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const tell: Waiting["tell"] = (error) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        resolve(error);
      };
      const waiting: Waiting = { correlationIds: wanted, tell };
      const timer = setTimeout(() => tell(undefined), WAIT_MS);
      this.#waiting.add(waiting);
    });
  }

  /** Nothing more will be told. */
  giveUp(): void {
    for (const { tell } of this.#waiting) tell(undefined);
  }
}

const share = (ids: readonly string[], wanted: ReadonlySet<string>): boolean =>
  ids.some((id) => wanted.has(id));

/** The device that had none for longest gives way. */
function put(errors: Map<string, Kept>, deviceId: string, kept: Kept): void {
  errors.delete(deviceId);
  errors.set(deviceId, kept);
  const [oldest] = errors.keys();
  if (errors.size > MOST_DEVICES && oldest !== undefined) errors.delete(oldest);
}
