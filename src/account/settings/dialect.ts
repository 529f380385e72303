import type { ConnectionContext } from "../../diagnosis/connecting";
import type { Service } from "../../services/service";
import type { ConnectionCredentials, ConnectionProperties } from "../../stack/connectionProperties";
import type { ChosenTls } from "./common";
import type { Read } from "./read";
import type { StackSettings } from "./stackSettings";

/** Of a connection, for explanations; nothing in it is secret. */
export type AccountContext = Pick<
  ConnectionContext,
  | "userName"
  | "applicationId"
  | "tenantId"
  | "clientId"
  | "keyForm"
  | "keyLength"
  | "accessKeyForm"
  | "passwordIsApiKey"
>;

/** What each service makes of its own settings. */
export interface Dialect<S> {
  read(properties: ConnectionProperties, credentials: ConnectionCredentials, tls: ChosenTls): Read<S>;
  service(settings: S): Service;
  /** What tells accounts at one endpoint apart: also secrets. */
  account(settings: S): readonly unknown[];
  /** The same settings without key or password. */
  withoutSecret(settings: S): S;
  context(settings: S): AccountContext;
  /** Beside the application: the account whose downlinks the server counts together. */
  limitedWith(settings: S): string | undefined;
  /** The settings, where they are for The Things Stack's own server: it has an API and rights. */
  ofStackServer(settings: S): StackSettings | undefined;
}
