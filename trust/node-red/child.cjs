// Node-RED without editor, in a process of its own, that does what the process that started it says.
const dns = require("node:dns");
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const path = require("node:path");
const time = require("./time.cjs");
const RED = require("node-red");

const userDir = mkdtempSync(path.join(tmpdir(), "tts-trust-"));
process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));
process.on("disconnect", () => process.exit());
writeFileSync(path.join(userDir, "flows.json"), "[]");

/** What a name leads to: an address, or the code of an error. */
const names = new Map();
const { lookup } = dns;
dns.lookup = (host, options, callback) => {
  const found = names.get(host);
  const done = callback ?? options;
  if (found === undefined) return lookup(host, options, callback);
  const isAddress = /^[\d.]+$/.test(found);
  const error = isAddress ? null : Object.assign(new Error(`getaddrinfo ${found} ${host}`), { code: found });
  process.nextTick(() => {
    if (error) done(error);
    else if (options.all) done(null, [{ address: found, family: 4 }]);
    else done(null, found, 4);
  });
};

/** How many of each. */
const counted = (list) => list.reduce((counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }), {});
const listeners = (emitter) =>
  Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));

async function resources() {
  for (let round = 0; round < 4; round++) {
    await new Promise(setImmediate);
    global.gc();
  }
  return {
    active: counted(
      process.getActiveResourcesInfo().filter((name) => !/^(?:Timeout|Immediate|CloseReq|FSReq)/.test(name)),
    ),
    timers: time.timers(),
    process: listeners(process),
    events: listeners(RED.events),
    heap: process.memoryUsage().heapUsed,
  };
}

function deploy({ flows, credentials, type }, triesLeft = 5) {
  const started = new Promise((resolve) => RED.events.once("flows:started", resolve));
  // Within the nodes, as the editor sends those that were entered.
  const given = flows.map((node) =>
    credentials?.[node.id] ? { ...node, credentials: credentials[node.id] } : node,
  );
  return RED.runtime.flows
    .setFlows({ flows: { flows: given }, deploymentType: type })
    .then(() => started)
    .then(() => {
      const isLost = Object.keys(credentials ?? {}).some((id) => !RED.nodes.getCredentials(id));
      if (!isLost) return undefined;
      if (triesLeft === 0) throw new Error("Node-RED has lost credentials");
      // Embedded, it sometimes forgets them with the first deploy.
      return deploy({ flows, credentials, type }, triesLeft - 1);
    });
}

const numberOf = ({ number, payload }) =>
  number ?? (Buffer.isBuffer(payload) ? payload.readUInt32BE(0) : undefined);

/**
 * Tells what the nodes of these types say of their messages, as they say it: what is still on its way within Node-RED when a deploy closes
 * the next node is lost there.
 */
function tellOf(types) {
  const said = (node, came) => process.send({ sink: `said ${node.id}`, came });
  RED.hooks.add("onSend.trust", (events) => {
    for (const { msg, source } of events)
      if (types.includes(source.node.type))
        said(source.node, { number: numberOf(msg), state: msg.downlink?.state });
  });
  RED.hooks.add("onComplete.trust", ({ msg, error, node: { node } }) => {
    if (!types.includes(node.type)) return;
    const { number } = msg;
    said(
      node,
      error ? { number, code: error.code ?? "error", text: String(error) } : { number, completed: true },
    );
  });
}

/** Uplinks that our nodes have sent, since the last time. */
let handedOn = 0;

function measured() {
  const counted = { ...global.trustMeasured(), handedOn };
  handedOn = 0;
  return counted;
}

const ACTIONS = {
  deploy: (given) => deploy(given),
  resources,
  /** Gives messages to a node. One that is closed already takes none: Node-RED has removed its input then. */
  give: ({ node, messages }) => {
    const target = RED.nodes.getNode(node);
    if (!target._inputCallback && !target._inputCallbacks) throw new Error(`${node} is closed`);
    for (const message of messages) target.receive(message);
  },
  tellOf,
  names: (given) => {
    for (const [host, address] of Object.entries(given)) names.set(host, address);
  },
  setClock: time.setClock,
  pass: time.pass,
  measured,
};

process.on("message", ({ number, what, given }) => {
  Promise.resolve()
    .then(() => ACTIONS[what](given))
    .then(
      (answer) => process.send({ number, answer }),
      (error) => process.send({ number, error: String(error.stack) }),
    );
});
// Whatever nobody catches would end Node-RED: that is a finding.
process.on("uncaughtExceptionMonitor", (error) => process.send({ crash: String(error.stack) }));

RED.init(createServer(), {
  userDir,
  flowFile: "flows.json",
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: false,
  nodesDir: [path.resolve(__dirname, "../.."), path.resolve(__dirname, "nodes")],
  editorTheme: { projects: { enabled: false } },
  telemetry: { enabled: false },
  lang: "en-US",
  logging: {
    console: { level: process.env.TRUST_LOG ?? "fatal", metrics: false, audit: false },
    trust: {
      level: "warn",
      handler:
        () =>
        ({ level, msg }) =>
          process.send({ sink: `log ${level}`, came: { text: String(msg) } }),
    },
  },
});
RED.hooks.add("onSend.measured", (events) => {
  for (const { source } of events) if (source.node.type === "tts-uplink") handedOn += 1;
});
const began = new Promise((resolve) => RED.events.once("flows:started", resolve));
// Only when all of the start is over: what it writes would take the place of credentials that are deployed meanwhile.
Promise.all([RED.start(), began]).then(() =>
  setTimeout(() => process.send({ ready: true }), 200 * (process.env.TRUST_SPEED ?? 1)),
);
