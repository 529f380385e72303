/** The nodes as they stand in a flow file. `npm run schema` makes docs/schema of these types. */
import type { ConnectionProperties } from "../src/stack/connectionProperties";
import type { DownlinkProperties } from "./tts-downlink/properties";
import type { EventProperties } from "./tts-event/properties";
import type { HomeAssistantProperties } from "./tts-home-assistant/properties";
import type { JoinProperties } from "./tts-join/properties";
import type { UplinkProperties } from "./tts-uplink/properties";
import type { WatchProperties } from "./tts-watch/properties";

/** What Node-RED adds to the properties of a node: a property that is missing has its default. */
type InFlow<Type extends string, Properties> = { id: string; type: Type } & Partial<Properties>;

export type ConnectionNode = InFlow<"tts-connection", ConnectionProperties>;
export type UplinkNode = InFlow<"tts-uplink", UplinkProperties>;
export type JoinNode = InFlow<"tts-join", JoinProperties>;
export type EventNode = InFlow<"tts-event", EventProperties>;
export type DownlinkNode = InFlow<"tts-downlink", DownlinkProperties>;
export type WatchNode = InFlow<"tts-watch", WatchProperties>;
export type HomeAssistantNode = InFlow<"tts-home-assistant", HomeAssistantProperties>;
