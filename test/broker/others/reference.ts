/** Mosquitto, to compare the others with: what it says is what the other tests of this folder's parent rely on. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import path from "node:path";
import { freePort } from "../../freePort";
import { passwordLine } from "../mosquitto";
import { folderFor, listening, program, USERS, type OtherBroker, type RunningBroker } from "./others";

const SERVER = process.env.MOSQUITTO ?? "/usr/sbin/mosquitto";

const ACL = ["stack", "node-red"].map((name) => `user ${name}\ntopic readwrite #\n`);

async function start(): Promise<RunningBroker> {
  const { folder, remove } = await folderFor("reference");
  const port = await freePort();
  const host = "127.0.0.1";
  const users = Object.entries(USERS).map(([name, password]) => passwordLine(name, password));
  await writeFile(path.join(folder, "users"), users.join(""));
  await writeFile(path.join(folder, "acl"), `${ACL.join("\n")}\nuser limited\ntopic read ttn/my-app/join\n`);
  const conf = [
    ...[`user ${userInfo().username}`, `listener ${port} ${host}`, "allow_anonymous false"],
    ...[`password_file ${folder}/users`, `acl_file ${folder}/acl`],
    ...["persistence true", `persistence_location ${folder}/`],
  ];
  await writeFile(path.join(folder, "conf"), `${conf.join("\n")}\n`);
  const node = program([SERVER, "-c", path.join(folder, "conf")], path.join(folder, "log"), {}, (isGone) =>
    listening(host, port, isGone),
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

export const mosquitto: OtherBroker = {
  name: "Mosquitto",
  missing: existsSync(SERVER) ? undefined : "apt-get install mosquitto (or MOSQUITTO=<path>)",
  start,
};
