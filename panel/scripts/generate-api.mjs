// Generates src/api/schema.gen.ts from panel-api's committed OpenAPI document; with --check says whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const SOURCE = new URL("../../services/panel-api/openapi.json", import.meta.url);
const TARGET = new URL("../src/api/schema.gen.ts", import.meta.url);

const ast = await openapiTS(JSON.parse(readFileSync(SOURCE, "utf8")), {
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  alphabetize: true,
});
const fresh = `${COMMENT_HEADER}${astToString(ast)}`;

if (process.argv.includes("--check")) {
  if (readFileSync(TARGET, "utf8") !== fresh) {
    process.stderr.write("src/api/schema.gen.ts is stale: run `npm run generate` and commit it\n");
    process.exit(1);
  }
} else {
  writeFileSync(TARGET, fresh);
  process.stdout.write("wrote src/api/schema.gen.ts\n");
}
