// mqtt.js and JSON.parse, nothing else.
const { connect } = require("mqtt");
const { counter } = require("./counter.cjs");

const count = counter();
const client = connect(process.argv[2]);
client.on("message", (topic, payload) => {
  JSON.parse(payload);
  count(topic);
});
client.subscribe("v3/app1/devices/+/up", () => process.send("ready"));
