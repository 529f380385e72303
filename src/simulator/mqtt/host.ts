import type { Application } from "../application";
import type { Journal } from "../journal";
import type { ApiKey } from "../keys";
import type { MqttSession } from "./session";
import type { DownlinkTopic } from "./topics";

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
  readonly key: ApiKey;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
}

export interface DownlinkOutcome {
  readonly outcome: "executed" | "failed" | "dropped";
  readonly reason: string | undefined;
}

/** What a session needs from the server around it. */
export interface SessionHost {
  readonly application: Application;
  readonly journal: Journal;
  readonly switches: Readonly<MqttSwitches>;
  login(userName: string | undefined, password: string | undefined): Account | undefined;
  /** One unit of the downlink budget of this key; false: it is used up. */
  takeDownlink(key: ApiKey): boolean;
  downlink(topic: DownlinkTopic, payload: Buffer): DownlinkOutcome;
  closed(session: MqttSession): void;
}
