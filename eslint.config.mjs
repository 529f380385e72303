import js from "@eslint/js";
import tseslint from "typescript-eslint";

/**
 * Which room may look into which: stack <- services <- connection <- diagnosis, delivery <- nodes (runtime), and
 * stack <- nodes (editor). Nothing imports against that order.
 */
const FORBIDDEN = {
  "src/stack/**": ["services", "connection", "diagnosis", "delivery", "simulator", "nodes"],
  "src/services/**": ["connection", "diagnosis", "delivery", "simulator", "nodes"],
  "src/connection/**": ["diagnosis", "delivery", "simulator", "nodes"],
  "src/diagnosis/**": ["delivery", "simulator", "nodes"],
  "src/delivery/**": ["diagnosis", "simulator", "nodes"],
  "src/simulator/**": ["services", "connection", "diagnosis", "delivery", "nodes"],
  "nodes/*/*.ts": ["simulator"],
  "nodes/*/editor.ts": ["services", "connection", "diagnosis", "delivery", "simulator"],
  "nodes/*/editor/**": ["services", "connection", "diagnosis", "delivery", "simulator"],
};

const house = Object.entries(FORBIDDEN).map(([room, rooms]) => ({
  files: [room],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: `/(${rooms.join("|")})/`, message: `${room} must not import from ${rooms.join(", ")}.` },
          ...(room.startsWith("src/")
            ? [{ group: ["node-red", "@node-red/*"], message: "src/ knows nothing of Node-RED." }]
            : []),
          ...(room.startsWith("src/stack")
            ? [{ group: ["node:*", "mqtt"], message: "src/stack is pure: no I/O." }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/", "coverage/", ".node-red/", "test/matrix/", "**/*.cjs"] },
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
    ignores: ["src/simulator/**", "nodes/*/editor.ts", "nodes/*/editor/**"],
    rules: { "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: false }] },
  },
  ...house,
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
