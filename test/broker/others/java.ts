/** Brokers that are Java libraries: one process each, started from source with the jars in a folder. */
import { existsSync } from "node:fs";
import path from "node:path";
import { freePort } from "../../freePort";
import { folderFor, listening, program, type OtherBroker, type RunningBroker } from "./others";

async function start(source: string, jars: string): Promise<RunningBroker> {
  const { folder, remove } = await folderFor(source.toLowerCase());
  const port = await freePort();
  const host = "127.0.0.1";
  const file = path.join(__dirname, "java", `${source}.java`);
  const node = program(
    ["nice", "-n", "5", "java", "-Xmx256m", "-cp", path.join(jars, "*"), file, String(port), folder],
    path.join(folder, "log"),
    {},
    (isGone) => listening(host, port, isGone),
  );
  await node.start();
  return {
    port,
    nodes: [{ host, ...node }],
    stop: async () => {
      await node.kill();
      await remove();
    },
  };
}

function javaBroker(name: string, source: string, variable: string, artifact: string): OtherBroker {
  const jars = process.env[variable] ?? "";
  return {
    name,
    missing: existsSync(jars) ? undefined : `${variable}=<folder with the jars of ${artifact}>, and Java 17`,
    start: () => start(source, jars),
  };
}

export const hivemq = javaBroker(
  ...(["HiveMQ CE", "HiveMq", "HIVEMQ_JARS", "com.hivemq:hivemq-community-edition-embedded:2025.5"] as const),
);
export const moquette = javaBroker(
  ...(["Moquette", "Moquette", "MOQUETTE_JARS", "io.moquette:moquette-broker:0.17"] as const),
);
