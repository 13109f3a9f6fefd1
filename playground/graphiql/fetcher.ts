// GraphiQL's way to the server: as whoever is signed in.

import type { Fetcher } from '@graphiql/toolkit';

import type { Keeper } from '../shared/session/keeper';
import { send } from '../shared/session/send';
import { isUnauthenticated } from '../shared/trouble';
import { operationNameIn } from './operation-name';

export function fetcherFor(keeper: Keeper): Fetcher {
  // The toolkit's result type is stricter than the wire is; GraphiQL only prints it.
  return (async (request, options) => {
    const headers = options?.headers as Record<string, string> | undefined;
    const operationName = operationNameIn(request.query, request.operationName);
    const reply = await send(keeper, { ...request, operationName }, headers);
    const anonymous = keeper.state().session === null;
    if (anonymous && isUnauthenticated(reply)) keeper.notify('Sign in to run this.');
    return reply.result;
  }) as Fetcher;
}
