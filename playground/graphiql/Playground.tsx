// The playground page: our bar over GraphiQL.

import { DocExplorerStore, DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { useMemo } from 'react';

import type { Config } from '../shared/config';
import type { Keeper } from '../shared/session/keeper';
import { TopBar } from '../shared/ui/TopBar';
import { ChooseCarrier } from './ChooseCarrier';
import { CopyAsCurl } from './CopyAsCurl';
import { EDITOR_THEME } from './editor-theme';
import { examples } from './examples';
import { ExamplesMenu } from './ExamplesMenu';
import { fetcherFor } from './fetcher';
import './graphiql.css';
import { GraphiqlTweaks } from './GraphiqlTweaks';
import { SchemaOfSession } from './SchemaOfSession';

// Docs come first in the sidebar; GraphiQL opens them from a click in the editor.
const PLUGINS = [DOC_EXPLORER_PLUGIN, explorerPlugin(), HISTORY_PLUGIN];
const FIRST_TABS = examples.slice(0, 1).map(({ query, variables }) => ({ query, variables }));

export function Playground({ config, keeper }: { config: Config; keeper: Keeper }) {
  const fetcher = useMemo(() => fetcherFor(keeper), [keeper]);
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultTabs={FIRST_TABS}
      editorTheme={EDITOR_THEME}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <GraphiqlTweaks />
          <SchemaOfSession keeper={keeper} />
          <TopBar page="playground" config={config} keeper={keeper}>
            <ExamplesMenu />
          </TopBar>
          <GraphiQLInterface showPersistHeadersSettings={false}>
            {/* The brand is in the bar. */}
            <GraphiQL.Logo>
              <span />
            </GraphiQL.Logo>
            <GraphiQL.Toolbar>
              {({ prettify, copy, merge }) => (
                <>
                  {prettify}
                  {merge}
                  {copy}
                  <CopyAsCurl keeper={keeper} />
                  <ChooseCarrier />
                </>
              )}
            </GraphiQL.Toolbar>
          </GraphiQLInterface>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
