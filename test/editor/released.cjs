// Translations of the released languages must be complete; `LANGUAGES=all`: those in the making, too.
process.env.LANGUAGES ??= "released";
