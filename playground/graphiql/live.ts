// Subscriptions of the playground: over a WebSocket or as Server-Sent Events, as the person likes.

import type { ExecutionResult } from 'graphql';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';

import type { Keeper } from '../shared/session/keeper';
import { ENDPOINT, type GraphQLRequest, SESSION_HEADER } from '../shared/transport';

export type Carrier = 'WebSocket' | 'SSE';

type Results = AsyncIterableIterator<ExecutionResult>;
type Asked = { query: string; variables?: Record<string, unknown>; operationName?: string };

const KEY = 'taruvi.carrier';

export function chosenCarrier(): Carrier {
  return localStorage.getItem(KEY) === 'SSE' ? 'SSE' : 'WebSocket';
}

export function chooseCarrier(carrier: Carrier): void {
  localStorage.setItem(KEY, carrier);
}

/** The results of a subscription, for whoever is signed in, until GraphiQL wants no more. */
export function subscribe(
  keeper: Keeper,
  request: GraphQLRequest,
  typed: Record<string, string> = {},
): Results {
  const asked: Asked = {
    query: request.query,
    variables: (request.variables ?? {}) as Record<string, unknown>,
    ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
  };
  const results =
    chosenCarrier() === 'SSE' ? overEvents(keeper, typed) : overSocket(keeper, typed);
  return results(asked);
}

function overEvents(keeper: Keeper, typed: Record<string, string>): (asked: Asked) => Results {
  const client = createEventClient({
    url: `${ENDPOINT}/stream`,
    credentials: 'same-origin',
    headers: async (): Promise<Record<string, string>> => {
      const slot = await slotOf(keeper, typed);
      return slot === null ? typed : { ...typed, [SESSION_HEADER]: slot };
    },
    retryAttempts: 3,
  });
  return (asked) => client.iterate(asked) as Results;
}

function overSocket(keeper: Keeper, typed: Record<string, string>): (asked: Asked) => Results {
  const client = createSocketClient({
    // A browser can't send a header with a WebSocket: the session is named in the address.
    url: async () => {
      const slot = await slotOf(keeper, typed);
      const url = new URL(ENDPOINT, window.location.href.replace(/^http/, 'ws'));
      if (slot !== null) url.searchParams.set('session', slot);
      return url.href;
    },
    connectionParams: typed,
    retryAttempts: 3,
  });
  return (asked) => client.iterate(asked) as Results;
}

/** The session whose cookies are meant, renewed if it is about to end; null for nobody's. */
async function slotOf(keeper: Keeper, typed: Record<string, string>): Promise<string | null> {
  // A token of the person's own, typed into the headers, wins.
  const own = Object.keys(typed).some((name) => name.toLowerCase() === 'authorization');
  if (own) return null;
  return (await keeper.ready()) ? keeper.state().place.key : null;
}
