// A button of GraphiQL's toolbar: what carries subscriptions.

import { ToolbarButton } from '@graphiql/react';
import { useState } from 'react';

import { type Carrier, chooseCarrier, chosenCarrier } from './live';

export function ChooseCarrier() {
  const [carrier, setCarrier] = useState<Carrier>(chosenCarrier);

  function change() {
    const next = carrier === 'SSE' ? 'WebSocket' : 'SSE';
    chooseCarrier(next);
    setCarrier(next);
  }

  return (
    <ToolbarButton label={`Subscriptions over ${carrier}`} onClick={change}>
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" className="graphiql-toolbar-icon">
        {carrier === 'SSE' ? (
          <path d="M5 19a14 14 0 0 0-1-1M5 12a7 7 0 0 1 7 7M5 5a14 14 0 0 1 14 14" strokeWidth="1.8" />
        ) : (
          <path d="M4 9h15l-4-4M20 15H5l4 4" strokeWidth="1.8" strokeLinecap="round" />
        )}
      </svg>
    </ToolbarButton>
  );
}
