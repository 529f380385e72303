import { pubsubService } from "../../src/services/pubsub";
import type { Service } from "../../src/services/service";
import { stackService } from "../../src/services/stack";
import { v2Service } from "../../src/services/v2/service";
import type { ConnectionSettings } from "./settings";

/** The way of talking that these settings are for. */
export function serviceOf(settings: ConnectionSettings): Service {
  switch (settings.service) {
    case "stack":
      return stackService(settings);
    case "pubsub":
      return pubsubService(settings);
    case "v2":
      return v2Service(settings);
  }
}
