// Mocha's spec reporter, closed by a line that is the same for every runner: `N passed, N failed`.
const { reporters } = require("mocha");

module.exports = class Closing extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ""}`);
  }
};
