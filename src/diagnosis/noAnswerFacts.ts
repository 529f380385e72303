import type { NoAnswerEvidence } from "../downlink/evidence";
import type { ServiceName } from "../stack/services";
import type { KeyFacts } from "./keyFacts";

/** What else is known where a broker of the user's own stands between the stack and us. */
export interface PubsubEvidence {
  readonly host: string;
  /** There is a connection at the moment. */
  readonly connected: boolean;
  /** IDs of applications that messages name. */
  readonly applicationsSeen: Iterable<string>;
  /** The connection has a topic for `downlink_failed`. */
  readonly hearsFailures: boolean;
  /** ms since 1970: the present connection was made then, after one before it had ended. Absent: it is the first, or there is none. */
  readonly backSince?: number;
  /** Since the present connection was made something came. */
  readonly receivedSince: boolean;
  /** Since then a downlink was answered. */
  readonly answeredSince: boolean;
  /** An earlier downlink has told that the stack does not listen. */
  readonly knownUnheard: boolean;
}

/** What is known of a downlink that was not answered. */
export interface NoAnswerFacts extends NoAnswerEvidence {
  readonly service: ServiceName;
  /** Where the answers come by way of a broker of the user's own. */
  readonly pubsub?: PubsubEvidence;
  readonly applicationId: string;
  /** IDs of devices that messages came from. */
  readonly devicesSeen: Iterable<string>;
  /** What the API said of the key when it logged in; rights count from then on. */
  readonly key?: KeyFacts;
}

/** Devices are quiet for minutes: only so many seconds without any message tell something. */
const QUIET_SECONDS = 3_600;

/** That nothing was ever received is evidence by now. */
export const isMute = ({
  receivedAnything,
  connectionAge = Infinity,
}: Pick<NoAnswerFacts, "receivedAnything" | "connectionAge">): boolean =>
  !receivedAnything && connectionAge >= QUIET_SECONDS;
