/** Rule: docs/server.md#7-downlinks-what-is-taken, 10. The length is checked apart, as in the server. */
const IDENTIFIER = /^[a-z0-9](?:-?[a-z0-9]){2,}$/;

/** How the server prints that rule in its validation errors. */
export const IDENTIFIER_PATTERN = "^[a-z0-9](?:[-]?[a-z0-9]){2,}$";

export function isIdentifier(text: string): boolean {
  return text.length <= 36 && IDENTIFIER.test(text);
}

/** The one application that the simulator is for. */
export interface Application {
  readonly applicationId: string;
  readonly tenantId: string | undefined;
  /** In topics and as MQTT user name: `app1` or, with tenants, `app1@tenant`. */
  readonly uid: string;
}

export function application(applicationId: string, tenantId: string | undefined): Application {
  return {
    applicationId,
    tenantId,
    uid: tenantId === undefined ? applicationId : `${applicationId}@${tenantId}`,
  };
}
