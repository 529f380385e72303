import { takeApart } from "../../src/stack/address";
import { isIdentifier, splitApplication, userName } from "../../src/stack/identifiers";
import { traitsOf } from "../../src/stack/services";
import type { Text } from "../../src/stack/explanation";
import { asText } from "../../src/stack/values";
import type { ConnectionProperties } from "../../src/stack/connectionProperties";

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
  if (traitsOf(service).builtIn) return { key: "log.demo", values: {} };
  const place = takeApart(asText(host)).host;
  if (place === undefined) return undefined;
  const application = splitApplication(asText(applicationId));
  const { throughBroker, isStackServer } = traitsOf(service);
  if (throughBroker || !isIdentifier(application.applicationId))
    return { key: "log.connection-at", values: { host: place } };
  const tenant = application.tenantId ?? (isStackServer ? asText(tenantId) : "");
  const account = userName(application.applicationId, isIdentifier(tenant) ? tenant : "");
  return { key: "log.connection-of", values: { account, host: place } };
}
