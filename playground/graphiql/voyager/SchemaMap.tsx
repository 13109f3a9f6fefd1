// The schema map: our bar over Voyager's drawing.

import 'graphql-voyager/dist/voyager.css';
import { useEffect, useRef, useState } from 'react';

import type { Config } from '../../shared/config';
import type { Keeper } from '../../shared/session/keeper';
import { send } from '../../shared/session/send';
import { useKeeper } from '../../shared/session/useKeeper';
import { inWords, isUnauthenticated, troubleIn } from '../../shared/trouble';
import { TopBar } from '../../shared/ui/TopBar';
import './schema-map.css';
import { loadVoyager } from './voyager';
import './voyager-theme.css';

type State = { kind: 'drawing' } | { kind: 'drawn' } | { kind: 'failed'; why: string };

export function SchemaMap({ config, keeper }: { config: Config; keeper: Keeper }) {
  const canvas = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<State>({ kind: 'drawing' });
  const { place, session } = useKeeper(keeper);
  // Drawn again for somebody else, not for the same person's next token.
  const asker = `${place.key} ${session?.user.email ?? ''}`;

  useEffect(() => {
    let stale = false;
    setState({ kind: 'drawing' });
    draw(keeper, () => (stale ? null : canvas.current))
      .then(() => stale || setState({ kind: 'drawn' }))
      .catch((error: unknown) => stale || setState({ kind: 'failed', why: reason(error) }));
    return () => {
      stale = true;
    };
  }, [asker, keeper]);

  return (
    <>
      <TopBar page="map" config={config} keeper={keeper} />
      <main className="schema-map">
        <div className="schema-map-canvas" ref={canvas} hidden={state.kind === 'failed'} />
        {state.kind === 'failed' && (
          <div className="schema-map-message" role="alert">
            <h1>No map</h1>
            <p>{state.why}</p>
          </div>
        )}
      </main>
    </>
  );
}

async function draw(keeper: Keeper, target: () => HTMLElement | null): Promise<void> {
  const voyager = await loadVoyager();
  const reply = await send(keeper, { query: voyager.voyagerIntrospectionQuery });
  if (isUnauthenticated(reply)) throw new Error('Sign in to see the schema.');
  const trouble = troubleIn(reply);
  if (trouble !== null) throw trouble;
  const element = target();
  if (element === null) return;
  voyager.renderVoyager(element, {
    introspection: reply.result,
    displayOptions: { skipRelay: true, skipDeprecated: false, showLeafFields: true },
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : inWords(error);
}
