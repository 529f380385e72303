// `npm run docs:statuses`
require("../test/register.cjs");
const { writeFileSync } = require("node:fs");
const { PAGE, statusPage } = require("./statusPage.ts");

writeFileSync(PAGE, statusPage());
