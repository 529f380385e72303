/** Real databases, as Debian packages them, on free ports of this machine. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../freePort";

export interface Database {
  readonly port: number;
  /** What the database says to a query, as text. */
  query(text: string): Promise<string>;
  stop(): Promise<void>;
}

/** Debian keeps the programs of PostgreSQL in a folder for each version. */
function postgresFolders(): string[] {
  const all = "/usr/lib/postgresql";
  return existsSync(all) ? readdirSync(all).map((version) => path.join(all, version, "bin")) : [];
}

function find(program: string): string | undefined {
  const folders = [...postgresFolders(), ...(process.env.PATH ?? "").split(path.delimiter)];
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
}

const INFLUXD = find("influxd");
const INITDB = find("initdb");

/** Why a test cannot run here, or `undefined` when it can. */
export const noInfluxdb =
  INFLUXD === undefined ? "needs InfluxDB 1: apt-get install -y --no-install-recommends influxdb" : undefined;
export const noPostgresql =
  INITDB === undefined
    ? "needs PostgreSQL: apt-get install -y --no-install-recommends postgresql"
    : undefined;

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`The database did not start: ${child.exitCode}`);
    await sleep(20);
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill("SIGINT");
    await once(child, "exit");
  }
  await rm(folder, { recursive: true, force: true });
}

/** With an empty database `lorawan`, without users. */
export async function startInfluxdb(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), "influxdb-"));
  const [port, own] = [await freePort(), await freePort()];
  const config = `reporting-disabled = true
bind-address = "127.0.0.1:${own}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
`;
  await writeFile(path.join(folder, "influxdb.conf"), config);
  const child = spawn(INFLUXD ?? "", ["run", "-config", path.join(folder, "influxdb.conf")], {
    stdio: "ignore",
  });
  await listening(child, port);
  const query = async (text: string): Promise<string> => {
    const address = `http://127.0.0.1:${port}/query?db=lorawan&epoch=ms`;
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ q: text }) });
    return answer.text();
  };
  await query("CREATE DATABASE lorawan");
  return { port, query, stop: () => end(child, folder) };
}

/** With an empty database `lorawan` and a user of that name, who needs no password. */
export async function startPostgresql(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), "postgresql-"));
  const data = path.join(folder, "data");
  const port = await freePort();
  // It refuses to be run by root.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (nobody.uid !== undefined) await chown(folder, nobody.uid, nobody.gid);
  const initdb = INITDB ?? "";
  const made = spawnSync(initdb, ["-D", data, "-A", "trust", "-U", "lorawan", "-E", "UTF8", "--no-sync"], {
    ...nobody,
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const child = spawn(
    path.join(path.dirname(initdb), "postgres"),
    ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-F"],
    { ...nobody, cwd: folder, stdio: "ignore" },
  );
  await listening(child, port);
  const psql = (database: string, text: string): string =>
    execFileSync(
      path.join(path.dirname(initdb), "psql"),
      ["-h", "127.0.0.1", "-p", String(port), "-U", "lorawan", "-d", database, "-At", "-c", text],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
  // It listens a moment before it serves.
  for (;;) {
    try {
      psql("postgres", "CREATE DATABASE lorawan");
      break;
    } catch {
      await sleep(50);
    }
  }
  const query = async (text: string): Promise<string> => Promise.resolve().then(() => psql("lorawan", text));
  return { port, query, stop: () => end(child, folder) };
}
