import { survivesDeploys } from "../nodes/survivalScenes";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { pubsubStage } from "./stage";

describe("Pub/Sub over a real broker, at a deploy", () => {
  let broker: Mosquitto;
  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());

  survivesDeploys("Pub/Sub", () => pubsubStage(broker));
  survivesDeploys("Pub/Sub under a client ID of its own", () =>
    pubsubStage(broker, { clientId: "node-red-1" }),
  );
});
