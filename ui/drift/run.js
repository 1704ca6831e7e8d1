// Holds the page's types against the OpenAPI document that the service's tests write.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const document = new URL("../../service/target/openapi/openapi.json", import.meta.url).pathname;
const folder = new URL("..", import.meta.url).pathname;

function run(program, ...words) {
  const { status } = spawnSync("npx", ["--no-install", program, ...words], { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (existsSync(document)) {
  run("openapi-typescript", document, "-o", "drift/openapi.ts");
  run("tsc", "--noErrorTruncation", "-p", "drift");
} else {
  process.stdout.write(`drift: skipped, the service's tests have not written ${document}\n`);
}
