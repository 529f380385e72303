import type { Journal } from "../journal";
import type { ApiKey } from "../keys";
import type { TopicRules } from "./topics";

/** What a test can make the server do. */
export interface MqttSwitches {
  /** CONNACK with this code for every client. */
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
  closed(session: number): void;
}
