/** Not a part of CI: what other brokers than Mosquitto do. `npm run test:brokers`, see CONTRIBUTING.md; `BROKER=NATS` takes one of them. */
import { withNodeRed } from "../../nodes/nodeRed";
import { hivemq, moquette } from "./java";
import { nats } from "./nats";
import type { RunningBroker } from "./others";
import { clearAway, QUESTIONS } from "./questions";
import { rabbitmq, rabbitmqMirrored } from "./rabbitmq";

for (const { name, missing, start } of [rabbitmq, rabbitmqMirrored, nats, hivemq, moquette])
  describe(`on ${name}`, () => {
    let broker: RunningBroker;
    const seen: [string, string][] = [];

    withNodeRed();
    before(async function () {
      if (missing !== undefined) {
        console.log(`skipped, not on this machine: ${missing}`);
        this.skip();
      }
      broker = await start();
    });
    afterEach(clearAway);
    after(async () => {
      await (broker as RunningBroker | undefined)?.stop();
      for (const [question, answer] of seen) console.log(`${name} | ${question} | ${answer}`);
    });

    for (const [question, ask] of Object.entries(QUESTIONS))
      it(question, async () => {
        const answer = await ask(broker);
        console.log(`      ${answer}`);
        seen.push([question, answer]);
      });
  });
