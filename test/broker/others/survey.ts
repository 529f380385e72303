/**
 * Not a part of CI: what other brokers than Mosquitto do, as a table. `npm run test:brokers -- -g "on NATS"` takes one of them; where one
 * is missing on this machine it says how to get it. Nothing is judged here: docs/pubsub.md says what was seen, and what to do.
 */
import { withNodeRed } from "../../nodes/nodeRed";
import { hivemq, moquette } from "./java";
import { nats } from "./nats";
import type { RunningBroker } from "./others";
import { clearAway, QUESTIONS } from "./questions";
import { rabbitmq, rabbitmqMirrored } from "./rabbitmq";
import { mosquitto } from "./reference";

for (const { name, missing, start } of [mosquitto, rabbitmq, rabbitmqMirrored, nats, hivemq, moquette])
  describe(`on ${name}`, () => {
    let broker: RunningBroker | undefined;
    const seen: [string, string][] = [];

    withNodeRed();
    before(async function () {
      if (missing !== undefined) {
        console.log(`    skipped, as it is not on this machine: ${missing}`);
        this.skip();
      }
      broker = await start();
    });
    afterEach(clearAway);
    after(async () => {
      await broker?.stop();
      for (const [question, answer] of seen) console.log(`| ${name} | ${question} | ${answer} |`);
    });

    for (const [question, ask] of Object.entries(QUESTIONS))
      it(question, async function () {
        if (!broker) this.skip();
        const answer = await ask(broker);
        seen.push([question, answer]);
      });
  });
