// `node check.mjs` bundles every `*.test.ts` of this folder and runs them with node's own test runner.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const folders = ["shared", "citizen", "shop", "city"];
const entryPoints = folders.flatMap((folder) => testsOf(join(here, folder)));
const outdir = mkdtempSync(join(tmpdir(), "pages-tests-"));
try {
  const outExtension = { ".js": ".mjs" };
  await build({ entryPoints, outdir, outExtension, outbase: here, bundle: true, platform: "browser", external: ["node:*"], format: "esm", jsx: "automatic", jsxImportSource: "preact", logLevel: "warning" });
  const made = readdirSync(outdir, { recursive: true }).filter((name) => name.endsWith(".test.mjs"));
  const run = spawnSync(process.execPath, ["--test", "--test-reporter=dot", ...made.map((name) => join(outdir, name))], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outdir, { recursive: true });
}

function testsOf(folder) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => /\.test\.tsx?$/.test(name)).map((name) => join(folder, name));
}
