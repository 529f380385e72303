// The cheapest node there can be that does what a user needs: parses and sends. What ours is measured against.
const { connect } = require("mqtt");

module.exports = function (RED) {
  RED.nodes.registerType("bench-cheapest", function (config) {
    RED.nodes.createNode(this, config);
    const client = connect(config.url);
    client.subscribe("v3/app1/devices/+/up");
    client.on("message", (topic, payload) => this.send({ topic, payload: JSON.parse(payload) }));
    this.on("close", (done) => client.end(false, {}, done));
  });
};
