import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * Which room may look into which, and nothing against that order:
 * stack <- downlink <- services <- connection <- devices, delivery, diagnosis <- account <- nodes (run time),
 * stack, downlink <- homeassistant <- its node, and stack, downlink, homeassistant <- the editor's side of nodes and plugins.
 */
const ENGINE = [
  "stack",
  "downlink",
  "homeassistant",
  "services",
  "connection",
  "devices",
  "delivery",
  "diagnosis",
  "account",
];
const OUTSIDE = ["simulator", "plugins"];
const NODE_ROOMS = [
  "tts-connection",
  "tts-uplink",
  "tts-join",
  "tts-event",
  "tts-downlink",
  "tts-watch",
  "tts-home-assistant",
];

/** What a room of the engine may look into. */
const BELOW = {
  stack: [],
  downlink: ["stack"],
  homeassistant: ["stack", "downlink"],
  services: ["stack", "downlink"],
  connection: ["stack", "downlink", "services"],
  devices: ["stack", "downlink", "services", "connection"],
  delivery: ["stack", "downlink", "services", "connection"],
  diagnosis: ["stack", "downlink", "services", "connection"],
  account: ["stack", "downlink", "services", "connection", "devices", "delivery", "diagnosis"],
};

const without = (rooms, ...kept) => rooms.filter((room) => !kept.includes(room));

/** Files, and the rooms that they must not import from. */
const FORBIDDEN = [
  ...ENGINE.map((room) => [
    [`src/${room}/**`],
    [...without(ENGINE, room, ...BELOW[room]), "nodes", ...OUTSIDE],
  ]),
  // Other nodes know the config node by its type; how its form and routes are made is its own affair.
  ...NODE_ROOMS.map((room) => [
    [`nodes/${room}/**`],
    [...without(NODE_ROOMS, room, "tts-connection"), ...OUTSIDE],
    ["nodes/*/editor.ts", "nodes/*/editor/**", "nodes/tts-connection/demo/**"],
  ]),
  // The service `demo` is the simulator, in a file of its own.
  [["nodes/tts-connection/demo/**"], [...without(NODE_ROOMS, "tts-connection"), "plugins"]],
  [["nodes/shared/**"], [...without(NODE_ROOMS, "tts-connection"), ...OUTSIDE], ["nodes/shared/editor/**"]],
  ...NODE_ROOMS.map((room) => [
    [`nodes/${room}/editor.ts`, `nodes/${room}/editor/**`],
    [...without(ENGINE, "stack", "downlink", "homeassistant"), ...without(NODE_ROOMS, room), ...OUTSIDE],
  ]),
  [["nodes/shared/editor/**"], [...without(ENGINE, "stack", "downlink"), ...NODE_ROOMS, ...OUTSIDE]],
  // The conversion makes nodes of every type, with their defaults.
  [["plugins/**"], [...without(ENGINE, "stack", "downlink"), "simulator"]],
  // It has a folder of devices itself.
  [["simulator/**"], [...without(ENGINE, "stack", "services", "downlink", "devices"), "nodes", "plugins"]],
];

const house = FORBIDDEN.map(([files, rooms, ignores = []]) => ({
  files,
  ignores,
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: `^\\.{1,2}/(?:.*/)?(${rooms.join("|")})/`, message: `Not from ${rooms.join(", ")} here.` },
          ...(files[0].startsWith("src/")
            ? [{ group: ["node-red", "@node-red/*"], message: "src/ knows nothing of Node-RED." }]
            : []),
          ...(/^src\/(stack|downlink|homeassistant)/.test(files[0])
            ? [{ group: ["node:*", "mqtt"], message: "Pure: no I/O." }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "docs/.vitepress/cache/",
      "docs/.vitepress/dist/",
      "coverage/",
      ".node-red/",
      "test/matrix/",
      "**/*.cjs",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./nodes/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A rejected `async` handler ends the Node-RED process: handlers must not be async.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: true } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    // A promise without an end of its own ends Node-RED when it is rejected; `void` is none.
    files: ["src/**/*.ts", "nodes/**/*.ts"],
    ignores: ["nodes/*/editor.ts", "nodes/*/editor/**"],
    rules: { "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: false }] },
  },
  ...house,
  {
    files: ["src/**/*.ts", "nodes/**/*.ts", "plugins/**/*.ts", "simulator/**/*.ts"],
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: { "import-x/no-cycle": ["error", { ignoreExternal: true }] },
  },
  {
    files: ["**/*.{mjs,js}"],
    languageOptions: {
      globals: {
        console: "readonly",
        process: "readonly",
        performance: "readonly",
        fetch: "readonly",
        Buffer: "readonly",
        require: "readonly",
        module: "writable",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
      },
    },
  },
);
