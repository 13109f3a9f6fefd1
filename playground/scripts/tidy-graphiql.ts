// A Vite plugin: two small corrections of packages, made while they are bundled. Each fails the
// build when the code it looks for has changed.

import type { Plugin } from 'vite';

type Correction = { module: string; find: RegExp; put: string };

const CORRECTIONS: readonly Correction[] = [
  {
    // Variables are indented with Prettier, whose JavaScript parser and printer are 0.5 MB.
    // `jsonc-parser` is there anyway, and formats too.
    module: '@graphiql/react/dist/utility/jsonc.js',
    find: /async function formatJSONC[\s\S]*?\n}\n/g,
    put: `
import { applyEdits, format } from 'jsonc-parser';
async function formatJSONC(content) {
  return applyEdits(content, format(content, undefined, { tabSize: 2, insertSpaces: true }));
}
`,
  },
  {
    // The explorer writes an error to the console for every argument that is a list; it shows the
    // argument without its items, which is all it can do.
    module: 'graphiql-explorer/dist/Explorer.js',
    find: /console\.error\('arg mismatch between arg and selection', argType, argValue\);/g,
    put: '',
  },
];

export function tidyGraphiql(): Plugin {
  return {
    name: 'tidy-graphiql',
    transform(code, id) {
      const file = id.replaceAll('\\', '/').split('?')[0] ?? '';
      const correction = CORRECTIONS.find(({ module }) => file.endsWith(module));
      if (correction === undefined) return null;
      const tidy = code.replace(correction.find, correction.put);
      if (tidy === code)
        this.error(`${correction.module} has changed: see scripts/tidy-graphiql.ts`);
      return { code: tidy, map: null };
    },
  };
}
