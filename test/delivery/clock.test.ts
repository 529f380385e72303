import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SYSTEM_CLOCK } from "../../src/delivery/clock";

describe("the clock of the system", () => {
  it("lets be read first what came while the process was too busy", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const ours = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [theirs] = (await once(server, "connection")) as [Socket];
    const seen: string[] = [];
    ours.on("data", () => seen.push("answer"));
    SYSTEM_CLOCK.after(20, () => seen.push("too late"));
    SYSTEM_CLOCK.after(20, () => seen.push("called off"))();
    theirs.write("answer");
    const end = performance.now() + 1_200;
    while (performance.now() < end);
    await sleep(700);
    assert.deepEqual(seen, ["answer", "too late"]);
    ours.destroy();
    theirs.destroy();
    server.close();
  });
});
