// Holds the page's types against the OpenAPI document that the service's tests write: src/api/schema.d.ts is made from it and committed,
// and the types that are still written by hand have nothing that it has not. `npm run types` writes the first anew.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";

const document = new URL("../../service/target/openapi/openapi.json", import.meta.url).pathname;
const folder = new URL("..", import.meta.url).pathname;
const made = `${folder}drift/openapi.ts`;
const committed = `${folder}src/api/schema.d.ts`;

function run(program, ...words) {
  const { status } = spawnSync("npx", ["--no-install", program, ...words], { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (existsSync(document)) {
  run("openapi-typescript", document, "-o", "drift/openapi.ts", "--alphabetize");
  if (process.argv.includes("--write")) {
    copyFileSync(made, committed);
  } else if (!existsSync(committed) || readFileSync(made, "utf8") !== readFileSync(committed, "utf8")) {
    process.stderr.write("drift: src/api/schema.d.ts is not what the service's OpenAPI document says; run `npm run types` and commit it\n");
    process.exit(1);
  }
  run("tsc", "--noErrorTruncation", "-p", "drift");
} else {
  process.stdout.write(`drift: skipped, the service's tests have not written ${document}\n`);
}
