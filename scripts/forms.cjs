// A form as the build makes it out of `form.html`. Two shorthands save each form the same lines:
//
// `<!-- row: name -->` is a row that several forms have, `nodes/shared/rows/name.html`.
//
// `<div row="ports" icon="random" for="node-input-ports" help="ports"> … </div>` is a row with icon and label before what is in it, and a line
// of help after it. `row` and `help` name texts, `label.ports` and `help.ports`; without `for`, as for a group of buttons, the label is no
// <label>. Other attributes stay with the row.
// `<!-- guide: downlinks -->` is the link to that page of the guides.
const { readFileSync } = require("node:fs");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "..");
const read = (file) => readFileSync(path.join(ROOT, file), "utf8");

const SITE = "https://tts-flows.github.io/node-red-the-things-stack/";

const linkTo = (page) =>
  `<div class="tts-guide"><a href="${SITE}${page}" target="_blank" rel="noopener"
    ><i class="fa fa-book"></i> <span data-i18n="label.guide"></span
  ></a></div>`;

const OWN = new Set(["row", "icon", "for", "help"]);

/** The head of a row, and what stands behind its content. */
function partsOf(tag) {
  const attributes = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  const { row, icon, for: target, help } = Object.fromEntries(attributes);
  const others = attributes.filter(([name]) => !OWN.has(name) && name !== "class");
  const rest = others.map(([name, value]) => ` ${name}="${value}"`).join("");
  const more = attributes.find(([name]) => name === "class")?.[1];
  const text = `<i class="fa fa-${icon}"></i> <span data-i18n="label.${row}"></span>`;
  const label =
    target === undefined
      ? `<span class="tts-label">${text}</span>`
      : `<label class="tts-label" for="${target}">${text}</label>`;
  return {
    head: `<div class="form-row${more ? ` ${more}` : ""}"${rest}>${label}`,
    tail: help === undefined ? "" : `<div class="tts-help" data-i18n="help.${help}"></div>`,
  };
}

/** Where the element that begins before `from` ends: the index of its end tag. */
function endOf(html, from) {
  let depth = 1;
  for (const { 0: tag, index } of html.slice(from).matchAll(/<(\/?)div\b/g)) {
    depth += tag === "</div" ? -1 : 1;
    if (depth === 0) return from + index;
  }
  throw new Error(`a row without end: ${html.slice(from, from + 60)}`);
}

function withRows(html) {
  const found = /<div\s[^>]*?\brow="[^>]*>/.exec(html);
  if (!found) return html;
  const [tag] = found;
  const begin = found.index + tag.length;
  const end = endOf(html, begin);
  const { head, tail } = partsOf(tag);
  return withRows(`${html.slice(0, found.index)}${head}${html.slice(begin, end)}${tail}${html.slice(end)}`);
}

/** The form of a node type. */
exports.formOf = (type) =>
  withRows(
    read(`nodes/${type}/form.html`)
      .replace(/<!-- row: (\w+) -->/g, (_, name) => read(`nodes/shared/rows/${name}.html`))
      .replace(/<!-- guide: ([\w-]+) -->/g, (_, page) => linkTo(page)),
  );
