// Checks every document of the project against ../schema.graphql: it parses, it is valid, it has
// exactly one operation, and the example's variables beside it fit. Without a schema file, only
// what needs none.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Kind, Source, buildSchema, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

const SCHEMA = new URL(process.env.TARUVI_SCHEMA ?? '../../schema.graphql', import.meta.url);
const FOLDERS = ['../operations/', '../shared/documents/'];

const schema = existsSync(SCHEMA) ? buildSchema(readFileSync(SCHEMA, 'utf8')) : null;
if (schema === null) console.warn(`${fileURLToPath(SCHEMA)} is not there: syntax only.`);

const documents = FOLDERS.map((folder) => new URL(folder, import.meta.url)).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => new URL(name, folder)),
);
const faults = documents.flatMap((file) =>
  faultsOf(file).map((fault) => `${fileURLToPath(file)}: ${fault}`),
);

for (const fault of faults) console.error(fault);
console.log(`${documents.length} documents, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

function faultsOf(file) {
  let document;
  try {
    document = parse(new Source(readFileSync(file, 'utf8'), file.pathname));
  } catch (error) {
    return [String(error)];
  }
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length !== 1) return [`has ${operations.length} operations, not one`];
  if (operations[0].name === undefined) return ['its operation has no name'];
  if (schema === null) return [];
  const invalid = validate(schema, document).map(String);
  return invalid.length > 0 ? invalid : faultsOfVariables(file, operations[0]);
}

/** Documents without a file of variables are called by our own code, which fills them in. */
function faultsOfVariables(file, operation) {
  const path = new URL(file.href.replace(/\.graphql$/, '.json'));
  if (!existsSync(path)) return [];
  const variables = JSON.parse(readFileSync(path, 'utf8'));
  const declared = operation.variableDefinitions.map(({ variable }) => variable.name.value);
  const unknown = Object.keys(variables).filter((name) => !declared.includes(name));
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions, variables);
  return [...unknown.map((name) => `$${name} is not declared`), ...errors.map(String)];
}
