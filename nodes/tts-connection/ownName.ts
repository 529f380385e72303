import { takeApart } from "../../src/stack/address";
import { isIdentifier, splitApplication, userName } from "../../src/stack/identifiers";
import type { Text } from "../../src/stack/explanation";
import { asText } from "../shared/values";
import type { ConnectionProperties } from "./properties";

/**
 * What logs and the debug sidebar call a connection without a name: as the editor does. Nothing that is no name gets into it: what was
 * pasted into the wrong field may be a secret.
 */
export function ownName({
  service,
  host,
  applicationId,
  tenantId,
}: Pick<ConnectionProperties, "service" | "host" | "applicationId" | "tenantId">): Text | undefined {
  const place = takeApart(asText(host)).host;
  if (place === undefined) return undefined;
  const application = splitApplication(asText(applicationId));
  if (service === "pubsub" || !isIdentifier(application.applicationId))
    return { key: "log.connection-at", values: { host: place } };
  const tenant = application.tenantId ?? (service === "stack" ? asText(tenantId) : "");
  const account = userName(application.applicationId, isIdentifier(tenant) ? tenant : "");
  return { key: "log.connection-of", values: { account, host: place } };
}
