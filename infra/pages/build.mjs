// Builds each application of apps.json into built/, which is committed; `make pages` runs it.
//
// Names of assets carry a hash of their content. built/manifest.json has the SHA-256 of every source that went in, and
// of every file that came out: tests/unit/infra/test_built_pages.py compares them without node.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { chdir } from "node:process";

chdir(import.meta.dirname);
const OUT = "built";
const BUNDLE = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  target: ["es2020", "chrome87", "safari14"],
  // Safari 14.0 has it, but for a rare fault of order, because of which esbuild refuses to leave it as it is.
  supported: { destructuring: true },
};
const hash = (algorithm, content, encoding) => createHash(algorithm).update(content).digest(encoding);
const sources = new Set(["apps.json", "build.mjs", "package.json", "package-lock.json", "tsconfig.json"]);
const packages = new Set();
const inputs = new Set();

await rm(OUT, { recursive: true, force: true });
await mkdir(`${OUT}/assets`, { recursive: true });
const listed = JSON.parse(await readFile("apps.json", "utf8"));
const apps = Object.keys(listed);
const bundles = [];
for (const app of apps) bundles.push(await bundled(app));
const licences = await licencesWritten();
for (const [index, app] of apps.entries()) await pageWritten(app, bundles[index]);
for (const name of await readdir("static")) {
  sources.add(`static/${name}`);
  await cp(`static/${name}`, `${OUT}/${name}`);
}
await workerWritten();
const manifest = { sources: await hashes("", [...sources]), built: await hashes(`${OUT}/`, await filesOf(OUT)) };
await writeFile(`${OUT}/manifest.json`, JSON.stringify(manifest, null, 2) + "\n");

/** The app's script and style sheet, by their names in built/. Each app alone, so that one never changes another's. */
async function bundled(app) {
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: [`${app}/main.tsx`],
    outdir: OUT,
    entryNames: `assets/${app}-[hash]`,
    chunkNames: `assets/${app}-[name]-[hash]`,
    assetNames: "assets/[name]-[hash]",
    loader: { ".wasm": "file" },
    publicPath: "/",
    splitting: true,
    format: "esm",
    metafile: true,
  });
  for (const path of Object.keys(metafile.inputs)) {
    const found = /^node_modules\/((@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) packages.add(found[1]) && inputs.add(path);
    else sources.add(path);
  }
  const [script, output] = Object.entries(metafile.outputs).find(([, made]) => made.entryPoint);
  return { script, style: output.cssBundle, atOnce: importedBy(script, metafile.outputs) };
}

/** The script and those that it imports at once. */
function importedBy(script, outputs, found = new Set()) {
  found.add(script);
  for (const { path, kind } of outputs[script].imports) if (kind === "import-statement" && !found.has(path)) importedBy(path, outputs, found);
  return [...found];
}

/** The service worker, with the shells of the applications that people sign in at. */
async function workerWritten() {
  const shells = apps
    .map((app, index) => ({ ...listed[app], ...bundles[index] }))
    .filter(({ scope }) => scope)
    .map(({ paths, atOnce, style }) => ({ paths, assets: [...atOnce, style].map((path) => path.replace(OUT, "")) }));
  const assets = (await filesOf(`${OUT}/assets`)).sort().map((name) => `/assets/${name}`);
  sources.add("worker/sw.ts");
  await build({
    ...BUNDLE,
    entryPoints: ["worker/sw.ts"],
    outfile: `${OUT}/sw.js`,
    define: { SHELLS: JSON.stringify(shells), ASSETS: JSON.stringify(assets) },
    format: "iife",
  });
}

/** The licence of each package in the bundles goes with them, as most of these licences want. */
async function licencesWritten() {
  const texts = [];
  for (const name of [...packages].sort()) {
    const { version, license } = JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
    // A package that is a bundle itself has its parts' licences beside it.
    const ofParts = new Set([...inputs].filter((path) => path.startsWith(`node_modules/${name}/`)).map((path) => `${basename(path)}.LICENSE.txt`));
    const files = (await readdir(`node_modules/${name}`)).filter((entry) => /^(licen[cs]e|notice)/i.test(entry) || ofParts.has(entry));
    const found = await Promise.all(files.map((file) => readFile(`node_modules/${name}/${file}`, "utf8")));
    texts.push([`${name} ${version}`, ...(found.length ? found : [license]).map((text) => text.trim())].join("\n\n") + "\n");
  }
  const content = texts.join("\n\n");
  const path = `assets/licences-${hash("sha256", content, "hex").slice(0, 8)}.txt`;
  await writeFile(`${OUT}/${path}`, content);
  return path;
}

/** The page of an application, with what the heads of all pages have. */
async function pageWritten(app, { script, style, atOnce }) {
  const source = `${app}/page.html`;
  sources.add(source);
  const html = await readFile(source, "utf8");
  if (!html.includes("<!-- head -->")) throw new Error(`${source} lacks <!-- head -->`);
  const head = [
    `<meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark">`,
    `<link rel="icon" type="image/svg+xml" href="/favicon.svg">`,
    `<link rel="stylesheet" ${await checked("href", style)}>`,
    // Asked for together with the script, and not only when it has come.
    ...(await Promise.all(atOnce.filter((path) => path !== script).map(async (path) => `<link rel="modulepreload" ${await checked("href", path)}>`))),
    `<script type="module" ${await checked("src", script)}></script>`,
    `<link rel="license" href="/${licences}">`,
  ].join("\n");
  await writeFile(`${OUT}/${app}.html`, html.replace("<!-- head -->", () => head));
}

/** An address with the hash that the browser holds the file to. */
async function checked(attribute, path) {
  const integrity = hash("sha384", await readFile(path), "base64");
  return `${attribute}="${path.replace(OUT, "")}" integrity="sha384-${integrity}"`;
}

async function filesOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1));
}

async function hashes(prefix, paths) {
  const lines = [];
  for (const path of paths.sort()) lines.push([path, hash("sha256", await readFile(prefix + path), "hex")]);
  return Object.fromEntries(lines);
}
