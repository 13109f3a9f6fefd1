// A button of GraphiQL's toolbar: copies the operation of the tab as a curl command.

import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import { parse as parseJsonc } from 'jsonc-parser';
import { useState } from 'react';

import type { Keeper } from '../shared/session/keeper';
import { copyText } from '../shared/ui/clipboard';
import { curlOf } from './curl';
import { operationNameIn } from './operation-name';

const HOW_TO_GET_A_TOKEN =
  'Copied. Put an API key (apiKeyCreate), or the access token that tokenCreate answers, into ' +
  'TARUVI_TOKEN.';

export function CopyAsCurl({ keeper }: { keeper: Keeper }) {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const operationName = useGraphiQL((state) => state.operationName);
  const [copied, setCopied] = useState(false);

  async function copy() {
    const query = queryEditor?.getValue() ?? '';
    const request = {
      query,
      // GraphiQL allows comments in both; JSON does not.
      variables: parseJsonc(variableEditor?.getValue() ?? '') as unknown,
      operationName: operationNameIn(query, operationName),
    };
    const headers = (parseJsonc(headerEditor?.getValue() ?? '') ?? {}) as Record<string, string>;
    const isSomebody = keeper.state().session !== null;
    const { command, wantsToken } = curlOf(request, isSomebody, headers);
    if (!(await copyText(command))) return keeper.notify('The browser refused to copy.');
    keeper.notify(wantsToken ? HOW_TO_GET_A_TOKEN : null);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  }

  return (
    <ToolbarButton label={copied ? 'Copied' : 'Copy as curl'} onClick={() => void copy()}>
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" className="graphiql-toolbar-icon">
        {copied ? (
          <path d="m5 13 4.5 4.5L19 7.5" strokeWidth="1.8" />
        ) : (
          <path d="m5 8 4.5 4L5 16M12 17h7" strokeWidth="1.8" strokeLinecap="round" />
        )}
      </svg>
    </ToolbarButton>
  );
}
