import type { ApiKeyForm } from "../../stack/identifiers";
import type { CommonSettings } from "./common";

/** Everything a session to The Things Stack's MQTT server needs, checked. */
export interface StackSettings extends CommonSettings {
  readonly service: "stack";
  readonly applicationId: string;
  readonly tenantId?: string;
  /** Secret. */
  readonly apiKey: string;
  readonly keyForm: ApiKeyForm;
  /** Empty: `https://<host>/api/v3`; a URL; or `off`. */
  readonly api: string;
  /** After an interruption, fetch the uplinks that came meanwhile. */
  readonly backfill: boolean;
}
