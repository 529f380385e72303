import type { ApiTarget } from "../diagnosis/apiRequest";
import { EventStream, type StreamProblem, type StreamTiming } from "../diagnosis/eventStream";
import { EVENT_NAMES, networkEvent, type NetworkEvent } from "../diagnosis/networkEvents";
import { isNetworkKind, NETWORK_KINDS, STACK_KINDS, type Kind } from "../stack/kinds";
import type { StackError } from "../stack/messages";
import { FormatterErrors } from "./formatterErrors";
import { serviceOf, stackSettingsOf, type ConnectionSettings } from "./settings";
import { apiOf } from "./stackAccess";

/** Whether a node with these kinds needs the event stream of the stack. */
export const needsStream = (kinds: ReadonlySet<Kind>): boolean => [...kinds].some(isNetworkKind);

/** All that can come from the stack's own server. */
export const EVERY_STACK_KIND: ReadonlySet<Kind> = new Set<Kind>([...STACK_KINDS, ...NETWORK_KINDS]);

/** The kinds of message that can come at all: those of the service, and where the stack's API can be asked those of its event stream. */
export function kindsOf(settings: ConnectionSettings): ReadonlySet<Kind> {
  const { kinds } = serviceOf(settings);
  const stack = stackSettingsOf(settings);
  return stack && apiOf(stack) ? new Set([...kinds, ...NETWORK_KINDS]) : kinds;
}

export interface NetworkEventsOptions {
  readonly applicationId: string;
  /** Undefined where the API is switched off. */
  readonly target: () => ApiTarget | undefined;
  /** @param read makes it anew for each recipient */
  readonly deliver: (event: NetworkEvent, read: () => NetworkEvent["received"] | undefined) => void;
  /** What may be shown has changed. */
  readonly changed: () => void;
  readonly timing?: Partial<StreamTiming>;
}

/** The correlation ID of one frame of a device. */
const OF_FRAME = "gs:uplink:";
const MOST_TOLD = 100;

/** What the stack tells of its network: one stream per session, open from the first login on while a node wants it. */
export class NetworkEvents {
  readonly #options: NetworkEventsOptions;
  #stream: EventStream | undefined;
  #url: string | undefined;
  #users = 0;
  #loggedIn = false;
  #isHeld = false;
  #problem: StreamProblem | undefined;
  /** What was told last: several servers may report the same frame. */
  readonly #told = new Set<string>();
  readonly #formatters = new FormatterErrors();

  constructor(options: NetworkEventsOptions) {
    this.#options = options;
  }

  /** Why it cannot be had at present. */
  get problem(): StreamProblem | undefined {
    return this.#problem;
  }

  /** Why the downlink formatter of a device failed, if it did since then (ms since 1970). */
  encoderError(deviceId: string, since: number): StackError | undefined {
    return this.#formatters.encoderError(deviceId, since);
  }

  /** Why the uplink formatter failed on the uplink with these correlation IDs; undefined where the stack does not tell. Never rejects. */
  async decoderError(deviceId: string, correlationIds: readonly string[]): Promise<StackError | undefined> {
    if (!this.#stream || this.#problem !== undefined) return undefined;
    return this.#formatters.decoderError(deviceId, correlationIds);
  }

  /** Returns what ends the use. */
  join(): () => void {
    this.#users += 1;
    this.#apply();
    return () => {
      this.#users -= 1;
      this.#apply();
    };
  }

  /** The first login was accepted: a key that may not log in gets no stream either. */
  loggedIn(): void {
    this.#loggedIn = true;
    this.#apply();
  }

  /** The API may be at another address now. */
  retarget(): void {
    this.#apply();
  }

  /** Nodes are made anew: what comes until `release` is for those that will be there, and a stream that is open stays. */
  hold(): void {
    this.#isHeld = true;
    this.#stream?.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#apply();
    this.#stream?.resume();
  }

  end(): void {
    this.#users = 0;
    this.#isHeld = false;
    this.#apply();
  }

  #apply(): void {
    const isWanted = this.#users > 0 || (this.#isHeld && this.#stream !== undefined);
    const target = isWanted && this.#loggedIn ? this.#options.target() : undefined;
    if (this.#stream && target?.url === this.#url) return;
    this.#stream?.end();
    this.#stream = undefined;
    this.#url = target?.url;
    this.#problem = undefined;
    this.#formatters.giveUp();
    if (target) this.#stream = this.#open(target);
    if (this.#isHeld) this.#stream?.pause();
  }

  #isKnown({ origin, received }: NetworkEvent): boolean {
    const frame = received.message.correlation_ids?.find((id) => id.startsWith(OF_FRAME));
    if (frame === undefined) return false;
    const what = `${received.kind} ${origin.deviceId} ${frame}`;
    if (this.#told.has(what)) return true;
    this.#told.add(what);
    const [oldest] = this.#told;
    if (this.#told.size > MOST_TOLD && oldest !== undefined) this.#told.delete(oldest);
    return false;
  }

  #open(target: ApiTarget): EventStream {
    const { applicationId, deliver, changed, timing } = this.#options;
    return new EventStream({
      target,
      identifiers: [{ application_ids: { application_id: applicationId } }],
      names: EVENT_NAMES,
      onEvent: (event) => {
        const found = networkEvent(event, applicationId);
        if (!found || this.#isKnown(found)) return;
        this.#formatters.keep(found);
        const text = JSON.stringify(event);
        deliver(found, () => networkEvent(JSON.parse(text) as typeof event, applicationId)?.received);
      },
      onState: (state) => {
        this.#problem = state.state === "failed" ? state.why : undefined;
        changed();
      },
      ...(timing ? { timing } : {}),
    });
  }
}
