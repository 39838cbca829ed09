// Writes a .gz beside every text file of dist, so that panel-api never compresses at run time.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const TEXT = /\.(js|css|html|svg|json|txt)$/;
const MIN_BYTES = 512;

const files = readdirSync("dist", { recursive: true })
  .map((name) => join("dist", String(name)))
  .filter((path) => TEXT.test(path) && statSync(path).size >= MIN_BYTES);

for (const path of files) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
process.stdout.write(`compressed ${files.length} files\n`);
