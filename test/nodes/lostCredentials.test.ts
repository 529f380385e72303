/** Another `credentialSecret` than before: Node-RED starts the flows without any credentials. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startNodeRed, type FlowNode, type NodeRed } from "../e2e/node-red";
import { freePort } from "../freePort";
import { node, tab } from "./nodeRed";

const KEY = "NNSXS.ABC.DEF";

describe("credentials that cannot be decrypted", function () {
  this.timeout(60_000);
  let userDir: string;
  let nodeRed: NodeRed | undefined;

  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "node-red-"));
  });
  afterEach(async () => {
    await nodeRed?.end("SIGKILL");
    await rm(userDir, { recursive: true, force: true });
  });

  it("are not called a key that was never entered, and one that is added later is", async () => {
    const connection = (id: string, port: number, credentials?: object): FlowNode => ({
      ...{ id, type: "tts-connection", service: "stack", host: "127.0.0.1", port: String(port) },
      ...{ useTls: false, applicationId: "app1", api: "off", ...(credentials && { credentials }) },
    });
    const port = await freePort();
    const rest = [tab(), node("tts-uplink", "uplink", { connection: "first" })];
    nodeRed = await startNodeRed([], { userDir });
    await nodeRed.setFlows([connection("first", port, { apiKey: KEY }), ...rest]);
    await nodeRed.logged(/Cannot reach|refused|does not answer|nothing listens/i);
    await nodeRed.end("SIGTERM");

    const pubsub = { ...connection("broker", port), service: "pubsub", topics: { uplink_message: "up" } };
    nodeRed = await startNodeRed([connection("first", port), pubsub, ...rest], {
      userDir,
      settings: { credentialSecret: "another" },
    });
    await nodeRed.logged(/Signing in without a user name: Node-RED could not decrypt its credentials\./);
    await nodeRed.logged(/The key is not known: Node-RED could not decrypt its credentials\./);
    assert.doesNotMatch(nodeRed.log(), /has no API key/);
    assert.ok(!nodeRed.log().includes(KEY));

    nodeRed.clearLog();
    await nodeRed.setFlows([
      connection("first", port),
      ...rest,
      connection("second", port),
      node("tts-uplink", "uplink2", { connection: "second" }),
    ]);
    await nodeRed.logged(/The connection has no API key\./);
  });
});
