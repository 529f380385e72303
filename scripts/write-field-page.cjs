// `npm run docs:fields`
require("../test/register.cjs");
const { writeFileSync } = require("node:fs");
const { PAGE, fieldPage } = require("./fieldPage.ts");

writeFileSync(PAGE, fieldPage());
