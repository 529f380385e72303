/** All that is done to the lines, the server and Node-RED. */
import type { Line, Treatment } from "./line";
import { CONNACK, headLength, isAnswer, PINGRESP, PUBACK, SUBSCRIBE, typeOf } from "./packets";
import { HOST, KEEPALIVE, SPEED, type Scene, type Side } from "./scene";

export interface Fault {
  readonly name: string;
  /** The connection ends by it: uplinks may be missing until it is back. Otherwise none may, and it must not end. */
  readonly breaks: boolean;
  /** Both lines at once. */
  readonly both?: true;
  /** Seconds of the package until it can know of it. */
  readonly noticed?: number;
  /** Logins are refused meanwhile, which makes the first pause longer. */
  readonly refused?: true;
  /** Only where the line has TLS. */
  readonly tlsOnly?: true;
  /** Not with a server that is not ours. */
  readonly needs?: "restart" | "freeze";
  readonly happens: (scene: Scene, sides: readonly Side[]) => Promise<void> | void;
}

/** ms of the package. */
const A_WHILE = 3_000;
/** A server that says nothing is given up after ten seconds. */
const CONNECTING = 10;
/** Two of them, and a moment: it is asked at one and missed at the next. */
const SILENT = 2.5 * KEEPALIVE;

const every = (sides: readonly Side[], what: (line: Line) => void): void => {
  for (const { line } of sides) what(line);
};

/** For a while, connections that are made anew. */
const entrance =
  (how: Line["entrance"], breakOff: (line: Line) => void = (line) => line.cut()) =>
  async (scene: Scene, sides: readonly Side[]): Promise<void> => {
    every(sides, (line) => {
      line.entrance = how;
      breakOff(line);
    });
    await scene.pass(A_WHILE + scene.random.below(A_WHILE));
    every(sides, (line) => (line.entrance = "open"));
  };

/** For a while, with what is open as well. */
const treated =
  (what: "packets" | "bytes", direction: "up" | "down", treatment: () => Treatment, ms = A_WHILE) =>
  async (scene: Scene, sides: readonly Side[]): Promise<void> => {
    every(sides, (line) => line[what](direction, treatment()));
    await scene.pass(ms);
    every(sides, (line) => line[what](direction, undefined));
  };

/** Only the next packets for which this is so, as many as there are within a while. */
const answers = (isMeant: (packet: Buffer) => boolean, treatment: () => Treatment) =>
  treated("packets", "down", () => {
    const treat = treatment();
    return (packet, pass, wire) => (isMeant(packet) ? treat(packet, pass, wire) : pass(packet));
  });

const isPuback = (packet: Buffer): boolean => typeOf(packet) === PUBACK;
const isBoth = (packet: Buffer): boolean => isPuback(packet) || isAnswer(packet);

const lost = (): Treatment => () => undefined;
const doubled = (): Treatment => (packet, pass) => {
  pass(packet);
  pass(packet);
};
const late = (ms: number) => (): Treatment => (packet, pass) =>
  void setTimeout(() => pass(packet), ms / SPEED);
/** All of it, in order; `flush` lets go of what is held. */
function slowed(ms: number): { readonly treat: Treatment; readonly flush: () => void } {
  const held: (() => void)[] = [];
  return {
    treat: (bytes, pass) => {
      held.push(() => pass(bytes));
      setTimeout(() => held.shift()?.(), ms / SPEED);
    },
    flush: () => {
      for (const pass of held.splice(0)) pass();
    },
  };
}
/** Each second one goes before the first. */
const swapped = (): Treatment => {
  let kept: Buffer | undefined;
  return (packet, pass) => {
    if (!kept) {
      const held = (kept = Buffer.from(packet));
      // There may be no second one.
      setTimeout(() => {
        if (kept !== held) return;
        kept = undefined;
        pass(held);
      }, 200);
      return;
    }
    const first = kept;
    kept = undefined;
    pass(packet);
    pass(first);
  };
};

/** The SUBACK for a SUBSCRIBE with one filter. */
const refusalOf = (subscribe: Buffer): Buffer =>
  Buffer.from([
    0x90,
    3,
    ...subscribe.subarray(headLength(subscribe), (headLength(subscribe) ?? 0) + 2),
    0x80,
  ]);

/** In place of the server's answer, and the end of it. */
const refusing =
  (code: number): (() => Treatment) =>
  () =>
  (packet, pass, { client }) => {
    if (typeOf(packet) !== CONNACK) return;
    pass(Buffer.from([0x20, 2, 0, code]));
    setImmediate(() => client.end());
  };

const login =
  (code: number) =>
  async (scene: Scene, sides: readonly Side[]): Promise<void> => {
    every(sides, (line) => {
      line.packets("down", refusing(code)());
      line.cut();
    });
    await scene.pass(2 * A_WHILE);
    every(sides, (line) => line.packets("down", undefined));
  };

const withName =
  (code: string) =>
  async (scene: Scene, sides: readonly Side[]): Promise<void> => {
    await scene.red.ask("names", { [HOST]: code });
    every(sides, (line) => line.cut());
    await scene.pass(2 * A_WHILE);
    await scene.red.ask("names", { [HOST]: sides[0]?.line.address ?? "127.0.0.1" });
  };

const withCertificate =
  (name: Line["certificate"]) =>
  async (scene: Scene, sides: readonly Side[]): Promise<void> => {
    every(sides, (line) => {
      line.certificate = name;
      line.cut();
    });
    await scene.pass(2 * A_WHILE);
    every(sides, (line) => (line.certificate = "good"));
  };

const deployed =
  (type: "full" | "nodes" | "flows", times = 1) =>
  async (scene: Scene): Promise<void> => {
    for (let left = times; left > 0; left--) await scene.deploy(type);
  };

/** Cuts in the middle of the next packet that is long enough. */
const cutWithin =
  (direction: "up" | "down") =>
  async (scene: Scene, sides: readonly Side[]): Promise<void> => {
    let isDone = false;
    every(sides, (line) =>
      line.packets(direction, (packet, pass, { client, server }) => {
        if (isDone || packet.length < 20) {
          pass(packet);
          return;
        }
        isDone = true;
        pass(packet.subarray(0, 1 + scene.random.below(packet.length - 1)));
        setImmediate(() => {
          client.destroy();
          server.destroy();
        });
      }),
    );
    await scene.until(() => isDone, 5_000);
    every(sides, (line) => line.packets(direction, undefined));
  };

const jump =
  (ms: number) =>
  async (scene: Scene): Promise<void> => {
    await scene.red.ask("setClock", ms);
    await scene.pass(1_000);
    await scene.red.ask("setClock", -ms);
  };

const DAY = 86_400_000;

export const FAULTS: readonly Fault[] = [
  { name: "cut", breaks: true, happens: (_scene, sides) => every(sides, (line) => line.cut()) },
  { name: "reset", breaks: true, happens: (_scene, sides) => every(sides, (line) => line.reset()) },
  {
    name: "half-open: nothing passes any more",
    breaks: true,
    noticed: SILENT,
    happens: (_scene, sides) => every(sides, (line) => line.mute(["up", "down"])),
  },
  {
    name: "half-open: nothing comes back",
    breaks: true,
    noticed: SILENT,
    happens: (_scene, sides) => every(sides, (line) => line.mute(["down"])),
  },
  {
    name: "answers to the keepalive lost",
    breaks: true,
    noticed: SILENT,
    happens: async (scene, sides) => {
      const before = sides.map(({ logins }) => logins.length);
      every(sides, (line) =>
        line.packets("down", (packet, pass) => (typeOf(packet) === PINGRESP ? undefined : pass(packet))),
      );
      await scene.until(
        () => sides.every(({ logins }, index) => logins.length > (before[index] ?? 0)),
        (12_000 * KEEPALIVE) / SPEED,
      );
      every(sides, (line) => line.packets("down", undefined));
    },
  },
  { name: "cut within a packet that comes", breaks: true, happens: cutWithin("down") },
  { name: "cut within a packet that goes", breaks: true, happens: cutWithin("up") },
  {
    name: "garbage among packets",
    breaks: true,
    happens: async (scene, sides) => {
      every(sides, (line) => line.bytes("down", (_bytes, pass) => pass(Buffer.alloc(40, 0xff))));
      await scene.pass(A_WHILE);
      every(sides, (line) => line.bytes("down", undefined));
    },
  },
  {
    name: "garbage in place of an answer to the login",
    breaks: true,
    refused: true,
    noticed: CONNECTING,
    happens: entrance("garbage"),
  },
  {
    name: "refused: the port is closed",
    breaks: true,
    happens: async (scene, sides) => {
      every(sides, (line) => {
        line.unlisten();
        line.cut();
      });
      await scene.pass(2 * A_WHILE);
      for (const { line } of sides) await line.listen();
    },
  },
  { name: "connections dropped", breaks: true, happens: entrance("drop") },
  { name: "connections reset", breaks: true, happens: entrance("reset", (line) => line.reset()) },
  {
    name: "connections taken without a word",
    breaks: true,
    noticed: CONNECTING,
    happens: entrance("silent"),
  },
  { name: "CONNACK 3 for a while", breaks: true, refused: true, happens: login(3) },
  { name: "CONNACK 5 for a while", breaks: true, refused: true, happens: login(5) },
  {
    name: "dropped right after each login",
    breaks: true,
    happens: async (scene, sides) => {
      every(sides, (line) => {
        line.packets("down", (packet, pass, { client }) => {
          pass(packet);
          if (typeOf(packet) === CONNACK) setTimeout(() => client.end(), 5);
        });
        line.cut();
      });
      await scene.pass(2 * A_WHILE);
      every(sides, (line) => line.packets("down", undefined));
    },
  },
  {
    name: "SUBACK refused for a while",
    breaks: true,
    refused: true,
    happens: async (scene, sides) => {
      every(sides, (line) => {
        line.packets("up", (packet, pass, { near }) => {
          if (typeOf(packet) === SUBSCRIBE) near.write(refusalOf(packet));
          else pass(packet);
        });
        line.cut();
      });
      const before = sides.map(({ logins }) => logins.length);
      await scene.until(
        () => sides.every(({ logins }, index) => logins.length > (before[index] ?? 0)),
        10_000,
      );
      await scene.pass(A_WHILE);
      every(sides, (line) => line.packets("up", undefined));
    },
  },
  { name: "DNS: the name is not found", breaks: true, both: true, happens: withName("ENOTFOUND") },
  { name: "DNS: no answer", breaks: true, both: true, happens: withName("EAI_AGAIN") },
  {
    name: "DNS: another address",
    breaks: true,
    both: true,
    happens: async (scene, sides) => {
      const address = sides[0]?.line.address === "127.0.0.1" ? "127.0.0.2" : "127.0.0.1";
      every(sides, (line) => line.unlisten());
      for (const { line } of sides) await line.listen(address);
      every(sides, (line) => line.cut());
      await scene.red.ask("names", { [HOST]: address });
    },
  },
  { name: "certificate expired", breaks: true, tlsOnly: true, happens: withCertificate("expired") },
  { name: "certificate of another host", breaks: true, tlsOnly: true, happens: withCertificate("other") },
  {
    name: "the broker is restarted",
    breaks: true,
    both: true,
    needs: "restart",
    happens: async (scene) => scene.target.restart?.(),
  },
  {
    name: "the broker is frozen, then killed",
    breaks: true,
    both: true,
    needs: "freeze",
    noticed: CONNECTING,
    happens: async (scene) => {
      scene.target.freeze?.(true);
      await scene.pass(A_WHILE);
      scene.target.freeze?.(false);
      await scene.target.restart?.();
    },
  },
  {
    name: "slow: 0.4 s each way",
    breaks: false,
    happens: async (scene, sides) => {
      const slow = sides.flatMap(({ line }) =>
        (["up", "down"] as const).map((direction) => {
          const { treat, flush } = slowed(400);
          line.bytes(direction, treat);
          return () => {
            flush();
            line.bytes(direction, undefined);
          };
        }),
      );
      await scene.pass(2 * A_WHILE);
      for (const end of slow) end();
    },
  },
  {
    name: "trickle: byte by byte",
    breaks: false,
    happens: treated("bytes", "down", () => (bytes, pass) => {
      for (const byte of bytes) pass(Buffer.from([byte]));
    }),
  },
  { name: "acknowledgements lost", breaks: false, happens: answers(isPuback, lost) },
  { name: "acknowledgements doubled", breaks: false, happens: answers(isPuback, doubled) },
  { name: "acknowledgements 1 s late", breaks: false, happens: answers(isPuback, late(1_000)) },
  { name: "answers lost", breaks: false, happens: answers(isAnswer, lost) },
  { name: "answers doubled", breaks: false, happens: answers(isAnswer, doubled) },
  { name: "answers 2 s late", breaks: false, happens: answers(isAnswer, late(2_000)) },
  { name: "answers 15 s late", breaks: false, happens: answers(isAnswer, late(15_000)) },
  { name: "answers out of order", breaks: false, happens: answers(isAnswer, swapped) },
  { name: "acknowledgements and answers lost", breaks: false, happens: answers(isBoth, lost) },
  { name: "acknowledgements and answers out of order", breaks: false, happens: answers(isBoth, swapped) },
  { name: "the clock jumps a day on and back", breaks: false, both: true, happens: jump(DAY) },
  { name: "the clock jumps a day back and on", breaks: false, both: true, happens: jump(-DAY) },
  { name: "deploy: full", breaks: false, both: true, happens: deployed("full") },
  { name: "deploy: nodes", breaks: false, both: true, happens: deployed("nodes") },
  { name: "deploy: flows", breaks: false, both: true, happens: deployed("flows") },
  { name: "four deploys one after the other", breaks: false, both: true, happens: deployed("full", 4) },
  {
    name: "deploy of a connection that is changed",
    breaks: true,
    both: true,
    happens: async (scene) => {
      scene.keepalive = scene.keepalive === KEEPALIVE ? KEEPALIVE + 1 : KEEPALIVE;
      await scene.deploy("nodes");
      scene.expectDropped();
    },
  },
  {
    name: "deploy while the line is cut",
    breaks: true,
    both: true,
    happens: async (scene, sides) => {
      every(sides, (line) => line.cut());
      await scene.deploy("full");
    },
  },
  {
    name: "burst of 300 uplinks",
    breaks: false,
    both: true,
    happens: (scene) => {
      for (let left = 300; left > 0; left--) scene.uplink();
    },
  },
  {
    name: "burst of 60 downlinks",
    breaks: false,
    both: true,
    happens: (scene) => {
      for (let left = 60; left > 0; left--) scene.downlink();
    },
  },
];
