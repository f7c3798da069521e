// SPDX-License-Identifier: EUPL-1.2
// node tests/schema/validate.mjs SCHEMA_DIR KIND=FILE…
// Checks HSDS documents against schema/compiled/*.json of the specification. KIND is the name of a schema ("service",
// "organization", "service_at_location", "service_list" …); FILE holds one document or an array of them. Exit code 1 if any fails.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [directory, ...pairs] = process.argv.slice(2);
if (!directory || pairs.length === 0) {
  console.error("usage: validate.mjs SCHEMA_DIR KIND=FILE…");
  process.exit(2);
}

// The schemas carry members of the table schema ("constraints", "example") that JSON Schema does not know.
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const schemas = new Map();
const validatorOf = (kind) => {
  if (!schemas.has(kind)) schemas.set(kind, ajv.compile(JSON.parse(readFileSync(join(directory, `${kind}.json`), "utf8"))));
  return schemas.get(kind);
};

let checked = 0;
let failed = 0;
for (const pair of pairs) {
  const at = pair.indexOf("=");
  const kind = pair.slice(0, at);
  const file = pair.slice(at + 1);
  const content = JSON.parse(readFileSync(file, "utf8"));
  const validate = validatorOf(kind);
  for (const document of Array.isArray(content) ? content : [content]) {
    ++checked;
    if (validate(document)) continue;
    ++failed;
    for (const error of validate.errors.slice(0, 5))
      console.error(`${file}: ${document.id ?? "?"}${error.instancePath}: ${error.message}`);
  }
}
console.log(`${checked} documents checked, ${failed} failed`);
process.exit(failed ? 1 : 0);
