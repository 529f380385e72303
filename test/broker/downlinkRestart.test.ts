import { survivesRestarts } from "../nodes/restartScenes";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { pubsubStage } from "./stage";

describe("over a real broker,", () => {
  let broker: Mosquitto;
  let counter = 0;
  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());

  survivesRestarts(
    {
      "Pub-Sub": () => pubsubStage(broker),
      "Pub-Sub-with-client-ID": () => pubsubStage(broker, { clientId: `node-red-${counter++}` }),
    },
    // It takes its time to answer.
    { cache: false },
  );
});
