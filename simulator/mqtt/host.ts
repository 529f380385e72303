import type { Journal } from "../journal";
import type { ApiKey } from "../keys";
import type { MqttSession } from "./session";

/** What a test can make the server do. */
export interface MqttSwitches {
  /** CONNACK with this code for everybody. */
  refuse: number | undefined;
  closeBeforeConnack: boolean;
  /** Redis gone: everything looks healthy, nothing is delivered or executed. */
  mute: boolean;
  refuseTopics: boolean;
}

export interface Account {
  readonly key: Pick<ApiKey, "id">;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
}

export interface DownlinkOutcome {
  readonly outcome: "executed" | "failed" | "dropped";
  readonly reason: string | undefined;
}

/** What a server makes of topics and filters. */
export interface TopicRules {
  /** The form in which it keeps a filter; undefined where it answers 0x80. */
  accepted(filter: string): string | undefined;
  matches(filter: string, topic: string): boolean;
  /** Whether clients may publish there. */
  publishable(topic: string): boolean;
}

/** What a session needs from the server around it. */
export interface SessionHost {
  readonly topics: TopicRules;
  readonly journal: Journal;
  readonly switches: Readonly<MqttSwitches>;
  login(userName: string | undefined, password: string | undefined): Account | undefined;
  /** One unit of the downlink budget of this key; false: it is used up. */
  takeDownlink(key: Pick<ApiKey, "id">): boolean;
  /** What came on a topic that clients may publish on. */
  downlink(topic: string, payload: Buffer): DownlinkOutcome;
  closed(session: MqttSession): void;
}
