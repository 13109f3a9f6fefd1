// GraphiQL's way to the server: as whoever is signed in.

import type { Fetcher } from '@graphiql/toolkit';
import { getOperationAST, parse } from 'graphql';

import type { Keeper } from '../shared/session/keeper';
import { send } from '../shared/session/send';
import { isUnauthenticated } from '../shared/trouble';
import { subscribe } from './live';
import { operationNameIn } from './operation-name';

function isSubscription(query: string, operationName: string | undefined): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    // The server says better what is wrong with it.
    return false;
  }
}

export function fetcherFor(keeper: Keeper): Fetcher {
  // The toolkit's result type is stricter than the wire is; GraphiQL only prints it.
  return (async (request, options) => {
    const headers = options?.headers as Record<string, string> | undefined;
    const operationName = operationNameIn(request.query, request.operationName);
    if (isSubscription(request.query, operationName)) {
      return subscribe(keeper, { ...request, operationName }, headers);
    }
    const reply = await send(keeper, { ...request, operationName }, headers);
    const anonymous = keeper.state().session === null;
    if (anonymous && isUnauthenticated(reply)) keeper.notify('Sign in to run this.');
    return reply.result;
  }) as Fetcher;
}
