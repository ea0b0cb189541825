// Makes one file of all there is in src/, in a folder that is named after its content:
//
//   node build.mjs           write it, and remove what was there before
//   node build.mjs --check   say whether what is there is what the source makes
//
// Browsers keep the file for good, so another content needs another address.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const WWW = join(HERE, "../custom_components/elfe_commande/www");
const NAME = "elfe.js";
const MOST = 40 * 1024; // bytes, as they go over the wire

// Licences of what is bundled stay in it.
const made = await build({
  absWorkingDir: HERE,
  entryPoints: ["src/main.ts"],
  bundle: true,
  charset: "utf8",
  conditions: ["production"],
  format: "esm",
  legalComments: "eof",
  minify: true,
  target: ["es2022"],
  write: false,
});
const content = made.outputFiles[0].contents;
const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
const target = join(WWW, hash, NAME);
const octets = gzipSync(content, { level: 9 }).length;
console.log(`${relative(join(HERE, ".."), target)}: ${octets} bytes gzipped`);
if (octets > MOST) fail(`more than ${MOST} bytes`);

const there = await readdir(WWW).catch(() => []);
if (process.argv.includes("--check")) {
  const same = await readFile(target).then((found) => found.equals(content), () => false);
  if (!same || there.length !== 1)
    fail(`what is in www/ (${there.join(", ") || "nothing"}) is not what src/ makes: scripts/frontend build`);
} else {
  for (const name of there) if (name !== hash) await rm(join(WWW, name), { recursive: true });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
}

function fail(why) {
  console.error(`build.mjs: ${why}`);
  process.exit(1);
}
