import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { read, ROOT } from "./sources";

/**
 * What the Console of The Things Stack has below each of its menus, by its web UI (3.32.1), as far as texts here lead there. Its names
 * are English in all languages. `*` stands for the name of an application, device, gateway or key.
 */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  Console: [
    "Applications",
    "Gateways",
    "Organizations",
    "User settings",
    "the device",
    "the gateway",
    "__device__",
  ],
  "Applications → *": ["End devices", "Live data", "Payload formatters", "Integrations", "API keys"],
  Integrations: ["MQTT", "Webhooks", "Pub/Subs", "Storage Integration"],
  "End devices → *": ["Live data", "Messaging", "Location", "Payload formatters", "Settings"],
  Messaging: ["Schedule downlink", "Simulate uplink"],
  "Payload formatters": ["Uplink", "Downlink"],
  Settings: ["Network layer", "Application layer", "Join settings"],
  "Gateways → *": ["Live data", "General settings"],
  "User settings": ["API keys"],
};

const texts = execFileSync(
  "git",
  ["ls-files", "README.md", "docs/*.md", "nodes/*/locales/*", "plugins/*/locales/*", "examples"],
  {
    cwd: ROOT,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((file) => /\.(?:md|json)$/.test(file));

/** Emphasis, quotation marks and what is made of placeholders say nothing about the menu. */
const plain = (text: string): string => text.replaceAll(/\*\*?(?=\S)|(?<=\S)\*\*?|[“”„「」«»]\s?/g, "");

describe("the menus of the Console", () => {
  for (const [menu, entries] of Object.entries(BELOW)) {
    it(`are called by their names below ${menu}`, () => {
      const above = new RegExp(
        `(?<![\\p{L}] )${menu.replace("*", "[^→\\n]{1,40}?")} → ([^→\\n]{1,24})`,
        "gu",
      );
      let seen = 0;
      const others = texts.flatMap((file) =>
        Array.from(plain(read(file)).matchAll(above), ([path, next = ""]) => {
          seen += 1;
          return entries.some((entry) => next.startsWith(entry)) ? [] : [`${file}: ${path}`];
        }).flat(),
      );
      assert.ok(seen > 0);
      assert.deepEqual(others, []);
    });
  }
});
