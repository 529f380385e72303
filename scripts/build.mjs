// Builds dist/, which is what Node-RED loads and what is published, from nodes/, plugins/, src/, simulator/ and icons/.
import { existsSync, renameSync, rmSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { formOf } from "./forms.cjs";
import { functionTypes } from "./functionTypes.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const DIST = path.join(ROOT, "dist");
/** Complete before it takes the place of the one before: a Node-RED that runs reads its texts when they are first needed. */
const OUT = path.join(ROOT, "node_modules/.cache/build", String(process.pid));
/** The service `demo`, in a file of its own, which is loaded when it is first used. */
const DEMO = { source: "simulator/demo.ts", file: "demo" };
/** The catalogue that has what the forms of all nodes share. */
const SHARED_CATALOGUE = "tts-connection";

const read = (file) => readFile(path.join(ROOT, file), "utf8");

/**
 * One JavaScript file per node type. What nodes share at run time lives in the bundle of the config node; so does the MQTT client, in
 * the version that was tested, without the forty other packages that it would bring.
 */
async function buildRuntime(sets) {
  const { name, version, license } = JSON.parse(await read("package.json"));
  const options = {
    absWorkingDir: ROOT,
    outdir: OUT,
    bundle: true,
    alias: { debug: path.join(import.meta.dirname, "noDebug.cjs") },
    external: ["bufferutil", "utf-8-validate"], // which the client can do without
    platform: "node",
    format: "cjs",
    target: "node18",
    supported: { "dynamic-import": false }, // `require`, as for everything else here
    banner: { js: `/*! ${name} ${version}, ${license}; of other packages see THIRD-PARTY.txt */` },
    metafile: true,
    logLevel: "warning",
  };
  const bundles = await Promise.all([
    bundle({
      ...options,
      entryPoints: sets.map((set) => ({ in: `nodes/${set}/runtime.ts`, out: set })),
      plugins: [demoApart],
      footer: { js: "module.exports = module.exports.default;" },
    }),
    bundle({ ...options, entryPoints: [{ in: DEMO.source, out: DEMO.file }] }),
  ]);
  const files = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(path.join(OUT, "THIRD-PARTY.txt"), await noticesOf(files));
}

const demoApart = {
  name: "demo-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/simulator\/demo$/ }, () => ({ path: `./${DEMO.file}.js`, external: true }));
  },
};

/** Name, version and licence text of each package that is in the bundles. */
async function noticesOf(files) {
  const folders = new Set(files.map((file) => /^(?:.*node_modules\/)(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]));
  folders.delete(undefined);
  const notices = [...folders].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await read(`${folder}/package.json`));
    const found = (await readdir(path.join(ROOT, folder))).find((file) => /^licen[cs]e/i.test(file));
    const text = found ? await read(`${folder}/${found}`) : `Licence: ${license}`;
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  const head = "dist/*.js contain these packages.\n";
  return [head, ...(await Promise.all(notices))].join(`\n${"-".repeat(80)}\n\n`);
}

/** What completes our messages in function nodes; made of what is published of them. */
async function typesOfMessages() {
  const files = (await readdir(path.join(ROOT, "docs/schema"))).filter((file) =>
    file.endsWith(".message.json"),
  );
  const schemas = await Promise.all(files.sort().map((file) => read(`docs/schema/${file}`)));
  return functionTypes(schemas.map((schema) => JSON.parse(schema)));
}

/** The script of a node's form or of a plugin, as a part of an HTML file. */
async function editorScript(entry, define = {}) {
  const { outputFiles } = await bundle({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2020",
    charset: "utf8",
    define,
    minify: true, // the editor downloads it on every start
    write: false,
    logLevel: "warning",
  });
  return `<script type="text/javascript">\n${outputFiles[0].text.trimEnd()}\n</script>\n`;
}

/** The form and the editor's script in one file: the flow library's checker and older proxies want no second request. */
async function buildEditor(set) {
  const style =
    set === SHARED_CATALOGUE ? `<style>\n${await read("nodes/shared/editor/form.css")}</style>\n\n` : "";
  const define = set === SHARED_CATALOGUE ? { FUNCTION_TYPES: JSON.stringify(await typesOfMessages()) } : {};
  const script = await editorScript(`nodes/${set}/editor.ts`, define);
  await writeFile(path.join(OUT, `${set}.html`), `${style}${formOf(set).trimEnd()}\n\n${script}`);
}

/** A plugin for the editor alone, with its texts. */
async function buildPlugin(name) {
  await writeFile(path.join(OUT, `${name}.html`), await editorScript(`plugins/${name}/editor.ts`));
  for (const file of await readdir(path.join(ROOT, `plugins/${name}/locales`))) {
    const folder = path.join(OUT, "locales", path.parse(file).name);
    await mkdir(folder, { recursive: true });
    await cp(path.join(ROOT, `plugins/${name}/locales/${file}`), path.join(folder, `${name}.json`));
  }
}

/**
 * The texts of the run time, in a file that only the run time reads: Node-RED hands its own catalogues to the editor. Returns what the
 * editor has of them: why a value in a form would be refused; and the name of the language, which the run time asks for.
 */
async function sharedTexts(language) {
  const texts = JSON.parse(await read(`nodes/shared/locales/${language}.json`));
  await writeFile(path.join(OUT, "locales", `${language}.json`), JSON.stringify(texts));
  return { language, error: { "invalid-downlink": texts.error?.["invalid-downlink"] ?? {} } };
}

async function buildLocales(set) {
  for (const file of await readdir(path.join(ROOT, `nodes/${set}/locales`))) {
    const { name: language, ext } = path.parse(file);
    const folder = path.join(OUT, "locales", language);
    await mkdir(folder, { recursive: true });
    const text = await read(`nodes/${set}/locales/${file}`);
    if (ext === ".json") {
      const more = set === SHARED_CATALOGUE ? await sharedTexts(language) : {};
      await writeFile(path.join(folder, `${set}.json`), JSON.stringify({ ...JSON.parse(text), ...more }));
    } else {
      const help = `<script type="text/markdown" data-help-name="${set}">\n${text.trimEnd()}\n</script>\n`;
      await writeFile(path.join(folder, `${set}.html`), help);
    }
  }
}

/** At once, and another build may do the same at the same time: `npm start` and `npm test` both build. */
function putInPlace(triesLeft = 5) {
  const old = `${OUT}.old-${triesLeft}`;
  try {
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(OUT, DIST);
  } catch (error) {
    if (triesLeft === 0) throw error;
    putInPlace(triesLeft - 1);
  }
  rmSync(old, { recursive: true, force: true });
}

export async function build() {
  const start = performance.now();
  const { nodes, plugins } = JSON.parse(await read("package.json"))["node-red"];
  const sets = Object.keys(nodes);
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await Promise.all([
    buildRuntime(sets),
    ...sets.map(buildEditor),
    ...sets.map(buildLocales),
    ...Object.keys(plugins).map(buildPlugin),
    cp(path.join(ROOT, "icons"), path.join(OUT, "icons"), { recursive: true }),
  ]);
  putInPlace();
  console.log(`built ${sets.length} node types in ${Math.round(performance.now() - start)} ms`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
