import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

/** As GitHub makes the address of a heading. */
const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

const headingsOf = (file: string): Set<string> =>
  new Set(
    Array.from(readFileSync(path.join(ROOT, file), "utf8").matchAll(/^#+ (.+)$/gm), ([, heading = ""]) =>
      slugOf(heading),
    ),
  );

const sources = execFileSync("git", ["ls-files", "*.ts", "*.mjs", "*.md", "*.html"], { cwd: ROOT })
  .toString()
  .split("\n")
  .filter((file) => file !== "" && existsSync(path.join(ROOT, file)));

/** By their names alone. */
const pages = new Set(sources.map((source) => path.basename(source)));

describe("what comments and pages cite", () => {
  it("is there: files of docs, and the sections in them", () => {
    let citations = 0;
    const dead = sources.flatMap((source) =>
      Array.from(
        readFileSync(path.join(ROOT, source), "utf8").matchAll(/\bdocs\/([\w-]+\.md)(?:#([\w-]+))?/g),
        ([citation, file = "", section]) => {
          citations += 1;
          const page = `docs/${file}`;
          const isThere =
            existsSync(path.join(ROOT, page)) && (section === undefined || headingsOf(page).has(section));
          return isThere ? [] : [`${source}: ${citation}`];
        },
      ).flat(),
    );
    assert.ok(citations > 20);
    assert.deepEqual(dead, []);
  });

  it("is there: pages, pictures and tests that a guide links to", () => {
    const dead = sources
      .filter((source) => /^(?:docs\/[^/]+|SECURITY|CONTRIBUTING)\.md$/.test(source))
      .flatMap((source) =>
        Array.from(
          readFileSync(path.join(ROOT, source), "utf8").matchAll(/\]\((?!https?:)([^)#?]*)(?:#([\w-]+))?\)/g),
          ([link, file = "", section]) => {
            const page = file === "" ? source : path.posix.join(path.posix.dirname(source), file);
            const isThere =
              existsSync(path.join(ROOT, page)) && (section === undefined || headingsOf(page).has(section));
            return isThere ? [] : [`${source}: ${link}`];
          },
        ).flat(),
      );
    assert.deepEqual(dead, []);
  });

  it("can be made a site of: no guide links out of its folder, or has what is an expression to the generator", () => {
    const guides = sources.filter((source) => /^docs\/[^/]+\.md$/.test(source));
    assert.ok(guides.length > 10);
    const wrong = guides.filter((guide) =>
      /\]\(\.\.\/|\{\{/.test(readFileSync(path.join(ROOT, guide), "utf8")),
    );
    assert.deepEqual(wrong, []);
  });

  it("is found: every guide in the index and in the sidebar, every node in the README", () => {
    const text = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
    const guides = sources
      .filter((source) => /^docs\/[^/]+\.md$/.test(source))
      .map((source) => path.basename(source, ".md"))
      .filter((guide) => guide !== "index");
    const [index, sidebar] = [text("docs/index.md"), text("docs/.vitepress/config.mjs")];
    assert.deepEqual(
      guides.filter((guide) => !index.includes(`](${guide}.md`) && guide !== "trust"),
      [],
    );
    assert.deepEqual(
      guides.filter((guide) => !sidebar.includes(`"/${guide}"`)),
      [],
    );
    const nodes = sources.flatMap((source) => /^nodes\/tts-([\w-]+)\/form\.html$/.exec(source)?.[1] ?? []);
    assert.equal(nodes.length, 7);
    const table = /^## The nodes$.*?^##/ms.exec(text("README.md"))?.[0] ?? "";
    assert.deepEqual(
      nodes.filter((node) => !table.includes(`| **${node.replace("-", " ")}** |`)),
      [],
    );
  });

  it("is in this repository: no page that only its authors had", () => {
    const code = sources.filter((source) => source.endsWith(".ts"));
    const dead = code.flatMap((source) =>
      Array.from(
        readFileSync(path.join(ROOT, source), "utf8").matchAll(
          /^\s*(?:\/?\*|\/\/).*?(\b[\w-]+\.md\b|[Tt]he table "[^"]+")/gm,
        ),
        ([, cited = ""]) => cited,
      )
        .filter((cited) => !pages.has(cited))
        .map((cited) => `${source}: ${cited}`),
    );
    assert.deepEqual(dead, []);
  });
});
