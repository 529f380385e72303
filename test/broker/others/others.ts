/** What each broker has to offer to the questions that are put to it, and how its processes are run. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const BASE = "ttn/my-app";

/** What every broker knows: two that may do all, and one that may read `join` only. */
export const USERS = { stack: "for-stack", "node-red": "for-node-red", limited: "for-limited" } as const;

export interface Process {
  /** Without a word to its clients. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** As an administrator stops it. */
  end(): Promise<void>;
}

export interface BrokerNode extends Process {
  /** 127.0.0.1 for the first one, 127.0.0.2 for the second. */
  readonly host: string;
}

export interface RunningBroker {
  /** The same for each node. */
  readonly port: number;
  /** At least one. */
  readonly nodes: readonly [BrokerNode, ...BrokerNode[]];
  stop(): Promise<void>;
}

export interface OtherBroker {
  readonly name: string;
  /** How to get it, where it is not on this machine; undefined: it is. */
  readonly missing: string | undefined;
  readonly start: () => Promise<RunningBroker>;
}

/** A folder that is gone afterwards. */
export async function folderFor(name: string): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), `tts-${name}-`));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Waits up to two minutes for somebody at a port. */
export async function listening(host: string, port: number, isGone = () => false): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await answers(host, port))) {
    if (isGone() || Date.now() > deadline) throw new Error(`nothing came up at ${host}:${port}`);
    await sleep(100);
  }
}

/** A program in a process group of its own, that is ended whole; what it prints goes into a file. */
export function program(
  command: readonly [string, ...string[]],
  log: string,
  env: NodeJS.ProcessEnv,
  ready: (isGone: () => boolean) => Promise<void>,
): Process {
  let child: ChildProcess | undefined;
  const endBy = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    process.kill(-running.pid, signal);
    await gone;
  };
  return {
    start: async () => {
      const output = openSync(log, "a");
      const [file, ...args] = command;
      const started = spawn(file, args, {
        stdio: ["ignore", output, output],
        detached: true,
        env: { ...process.env, ...env },
      });
      child = started;
      await ready(() => started.exitCode !== null);
    },
    kill: () => endBy("SIGKILL"),
    end: () => endBy("SIGTERM"),
  };
}
