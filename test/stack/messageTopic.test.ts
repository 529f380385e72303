import assert from "node:assert/strict";
import { topicFor } from "../../src/stack/messageTopic";

describe("the topic of a message", () => {
  it("stays the MQTT topic unless another is chosen", () => {
    assert.equal(topicFor("received"), undefined);
    assert.equal(topicFor("received", "temperature"), undefined);
  });

  it("is the device ID, with a field behind it where there is one", () => {
    assert.equal(topicFor("device", "temperature")?.("door-1"), "door-1");
    assert.equal(topicFor("deviceField", "temperature")?.("door-1"), "door-1/temperature");
    assert.equal(topicFor("deviceField", 'a["b c"].d[0]')?.("door-1"), 'door-1/a["b c"].d[0]');
    assert.equal(topicFor("deviceField")?.("door-1"), "door-1");
  });
});
