// Writes a .gz beside every text file of the build: the server embeds both and serves by
// Accept-Encoding. Fonts of the TrueType kind are not compressed by themselves, so they count.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const TEXT = new Set(['.css', '.html', '.js', '.json', '.svg', '.ttf', '.txt']);
/** Below this the header and the second file cost more than they save. */
const SMALLEST = 1024;

const output = process.env.OUT_DIR_WEB ?? fileURLToPath(new URL('../dist', import.meta.url));
let [files, plain, packed] = [0, 0, 0];

for (const entry of await readdir(output, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  if (bytes.length < SMALLEST) continue;
  const gzipped = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  await writeFile(`${path}.gz`, gzipped);
  files += 1;
  plain += bytes.length;
  packed += gzipped.length;
}

console.log(`${files} files: ${kb(plain)} kB, ${kb(packed)} kB gzipped`);

function kb(bytes) {
  return Math.round(bytes / 1000);
}
