// Proves that graphql-codegen can work with our schema and documents, as a client's build would:
// it generates types into a folder that is thrown away.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = mkdtempSync(join(tmpdir(), 'taruvi-codegen-'));

try {
  await generate(
    {
      cwd: here('..'),
      schema: process.env.TARUVI_SCHEMA ?? here('../../schema.graphql'),
      documents: ['operations/*.graphql', 'shared/documents/*.graphql'],
      silent: true,
      generates: {
        [`${output}/`]: {
          preset: 'client',
          presetConfig: { persistedDocuments: true },
          config: {
            documentMode: 'string',
            defaultScalarType: 'unknown',
          },
        },
      },
    },
    true,
  );
  console.log(`codegen wrote ${readdirSync(output).join(', ')}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(output, { recursive: true, force: true });
}
