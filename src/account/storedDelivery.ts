import type { Router } from "../connection/router";
import type { StoredUplink } from "../diagnosis/storage";
import { messageTopic } from "../stack/topics";
import type { StackSettings } from "./settings/stackSettings";

/** An uplink that was kept, as it is handed to nodes: as if it had come by MQTT when the server received it. */
export function storedDelivery(
  { uplink, time, read }: StoredUplink,
  { applicationId, tenantId }: Pick<StackSettings, "applicationId" | "tenantId">,
): Parameters<Router["hand"]> {
  const { device_id: deviceId } = uplink.end_device_ids;
  const topic = messageTopic(applicationId, tenantId, deviceId, "uplink_message");
  const origin = { deviceId, applicationId, ...(tenantId === undefined ? {} : { tenantId }) };
  let own: typeof uplink | undefined = uplink;
  const next = (): typeof uplink | undefined => {
    const message = own ?? read();
    own = undefined;
    return message;
  };
  return [
    topic,
    origin,
    "uplink_message",
    time,
    () => {
      const message = next();
      return message && { kind: "uplink_message", message };
    },
    true,
  ];
}
