import { isJsonObject } from "../stack/check";
import type { ApiTarget } from "./apiRequest";
import { EventStream } from "./eventStream";
import { disconnectReasonOf } from "./gatewayStatistics";

/** Regular expression over event names, in the server's notation. */
const NAMES = "^gs\\.gateway\\.(connect|disconnect)$";
const DISCONNECT = "gs.gateway.disconnect";

/**
 * Calls with the ID of each of these gateways that connects or disconnects, as the stack's event stream tells, and why it has disconnected:
 * the statistics are gone with it. Their status must be public: one that is not refuses the stream of all. Returns what ends it.
 * Rule: docs/server.md#12-event-stream.
 */
export function followGateways(
  target: ApiTarget,
  ids: readonly string[],
  onChange: (gatewayId: string, disconnectReason?: string) => void,
): () => void {
  const wanted = new Set(ids);
  const stream = new EventStream({
    target,
    identifiers: ids.map((id) => ({ gateway_ids: { gateway_id: id } })),
    names: NAMES,
    // All events of a gateway would be every frame that it receives.
    onlyNamed: true,
    onEvent: (event) => {
      const reason = event.name === DISCONNECT ? disconnectReasonOf(event.data) : undefined;
      for (const id of new Set(gatewaysOf(event))) if (wanted.has(id)) onChange(id, reason);
    },
    // The statistics tell what the stream does not.
    onState: () => undefined,
  });
  return () => stream.end();
}

function gatewaysOf({ identifiers }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(identifiers)) return [];
  return identifiers.flatMap((entry: unknown) => {
    const ids = isJsonObject(entry) ? entry.gateway_ids : undefined;
    const id = isJsonObject(ids) ? ids.gateway_id : undefined;
    return typeof id === "string" ? [id] : [];
  });
}
