// One POST to the GraphQL endpoint. Who is signed in is not known here: see session/.

import { Trouble } from './trouble';

export const ENDPOINT = '/graphql';
const ACCEPT = 'application/graphql-response+json, application/json';
/** Names the pair of cookies that says who asks. Without it the server looks at no cookie. */
export const SESSION_HEADER = 'X-Taruvi-Session';

export type GraphQLError = {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: string; retryAfterMs?: number; requestId?: string };
};

export type GraphQLResult = {
  data?: unknown;
  errors?: readonly GraphQLError[];
  extensions?: unknown;
};

export type GraphQLRequest = {
  query: string;
  variables?: unknown;
  operationName?: string | undefined;
};

export type Reply = { status: number; result: GraphQLResult; retryAfterMs: number | null };

export type Sending = {
  /** The session whose cookies are meant; null for nobody's. */
  slot: string | null;
  /** These win: they were typed into GraphiQL's own editor. */
  headers?: Record<string, string> | undefined;
  /** Whether the request goes on when the page is left: its answer may bring cookies. */
  keepalive?: boolean;
};

/** The headers of every request; also what "copy as curl" shows. */
export function requestHeaders({ slot, headers: typed = {} }: Sending): Headers {
  const headers = new Headers({ 'Content-Type': 'application/json', Accept: ACCEPT });
  if (slot !== null) headers.set(SESSION_HEADER, slot);
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  return headers;
}

export async function post(request: GraphQLRequest, sending: Sending): Promise<Reply> {
  let response: Response;
  try {
    response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: requestHeaders(sending),
      body: JSON.stringify(request),
      credentials: 'same-origin',
      keepalive: sending.keepalive ?? false,
    });
  } catch {
    throw new Trouble('network', "The server can't be reached. Is it running?");
  }
  return {
    status: response.status,
    result: await readResult(response),
    retryAfterMs: retryAfter(response),
  };
}

/** Proxies answer with pages of HTML: those become an error that says so. */
async function readResult(response: Response): Promise<GraphQLResult> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null) return body as GraphQLResult;
  } catch {
    // Not JSON: the same answer as JSON of another shape.
  }
  throw new Trouble('server', `The server gave no GraphQL answer (HTTP ${response.status}).`);
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}
