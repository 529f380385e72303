// Tells the process that started Node-RED what came here; with `measures` only how many, and how long each was under way.
const counts = {
  received: 0,
  first: 0,
  histogram: new Uint32Array(20_000),
  perDevice: new Map(),
  repeated: 0,
};

/** Tenths of ms from the time that the sender wrote into the message, on the clock that all processes of the machine share. */
function measure({ payload: { sentAt, number }, deviceId }) {
  const tenths = Math.round((Number(process.hrtime.bigint()) - sentAt) / 100_000);
  counts.histogram[Math.min(counts.histogram.length - 1, Math.max(0, tenths))] += 1;
  counts.received += 1;
  if (number <= (counts.perDevice.get(deviceId) ?? -1)) counts.repeated += 1;
  counts.perDevice.set(deviceId, number);
}

/** Since the last time. */
globalThis.trustMeasured = () => {
  const { received, repeated, histogram } = counts;
  counts.received = counts.repeated = 0;
  counts.histogram = new Uint32Array(histogram.length);
  const used = [...histogram.entries()].filter(([, count]) => count > 0);
  return { received, repeated, histogram: used };
};

module.exports = function (RED) {
  RED.nodes.registerType("trust-sink", function (config) {
    RED.nodes.createNode(this, config);
    this.on("input", (msg, _send, done) => {
      if (config.measures) measure(msg);
      else
        process.send({
          sink: this.id,
          came: {
            number: msg.number ?? (Buffer.isBuffer(msg.payload) ? msg.payload.readUInt32BE(0) : undefined),
            state: msg.downlink?.state,
            code: msg.error?.code ?? msg.error?.cause?.code,
            text: msg.error?.message,
            event: msg.event,
          },
        });
      done();
    });
  });
};
