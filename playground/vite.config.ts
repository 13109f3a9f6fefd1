// Builds both pages: the playground and the schema map. Paths below the output directory are paths
// below /playground/.

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { tidyGraphiql } from './scripts/tidy-graphiql.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.TARUVI_URL ?? 'http://localhost:8000';

export default defineConfig({
  root: here('graphiql'),
  base: '/playground/',
  plugins: [react(), tidyGraphiql()],
  build: {
    outDir: process.env.OUT_DIR_WEB ?? here('dist'),
    emptyOutDir: true,
    // `light-dark()` and the popover attribute are used as they are.
    target: ['chrome123', 'firefox125', 'safari17.5'],
    // Every asset is a file: nothing for `data:` in the Content-Security-Policy but Monaco's own.
    assetsInlineLimit: 0,
    // Monaco is one piece of this size, loaded after the page has drawn.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // GraphiQL is compiled by React's compiler; the hints to that compiler that are left in it
      // mean nothing any more, but each would be a warning of ten lines.
      checks: { moduleLevelDirective: false },
      input: [here('graphiql/index.html'), here('graphiql/voyager/index.html')],
    },
  },
  worker: { format: 'es' },
  optimizeDeps: {
    // `npm run dev` takes workers as they are; CommonJS inside of them has to be made modules.
    include: ['graphql', 'graphql-language-service', 'nullthrows', 'picomatch-browser'],
  },
  server: {
    fs: { allow: [here('.')] },
    // The Host header is kept, so http://acme.localhost:5173/playground/ is that tenant.
    proxy: {
      '/graphql': { target: server, ws: true },
      '/playground/config.json': server,
    },
  },
});
