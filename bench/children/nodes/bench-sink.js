// Counts messages and reports the CPU time between the end of the warm-up and the last one.
const { counter } = require("../counter.cjs");

module.exports = function (RED) {
  RED.nodes.registerType("bench-sink", function (config) {
    RED.nodes.createNode(this, config);
    const count = counter();
    this.on("input", (msg, _send, done) => {
      count(msg.topic);
      done();
    });
  });
};
