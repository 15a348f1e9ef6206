// `node states/build.mjs FOLDER` builds the page of all parts, which only tests and pictures use.

import { cpSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
await build({
  entryPoints: [`${here}/parts.tsx`],
  outdir: argv[2],
  bundle: true,
  format: "esm",
  charset: "utf8",
  target: ["es2020", "chrome87", "safari14"],
  supported: { destructuring: true },
  logLevel: "warning",
});
cpSync(`${here}/parts.html`, `${argv[2]}/parts.html`);
