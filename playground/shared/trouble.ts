// What went wrong, in words for a person. Codes are those of the API (docs: error codes).

import type { GraphQLRequest, GraphQLResult, Reply } from './transport';

export type TroubleKind = 'network' | 'credentials' | 'rate-limited' | 'input' | 'server';

/** An error whose message may be shown as it is. */
export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    message: string,
    /** When trying again makes sense, in milliseconds; null when it never helps by itself. */
    readonly retryAfterMs: number | null = null,
    /** The input field to blame, as the form names it. */
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

const DEFAULT_WAIT_MS = 30_000;

const WORDS: Record<string, string> = {
  TENANT_NOT_FOUND: 'There is no tenant here. Check the address.',
  TENANT_INACTIVE: 'This tenant is suspended. Its owner can tell you why.',
  TENANT_MIGRATING: 'This tenant is being upgraded. Try again in a minute.',
  REQUEST_TIMEOUT: 'The server took too long. Try again.',
  FORBIDDEN: 'Your account may not do this.',
  CSRF_PREVENTION: 'The server takes this for a request from another site.',
};

/** The trouble in a reply, or null when it has none; `refusal` says what did not hold. */
export function troubleIn(
  { status, result, retryAfterMs }: Reply,
  refusal = 'You are not signed in.',
): Trouble | null {
  const error = result.errors?.[0];
  if (error === undefined) {
    return status < 400 ? null : new Trouble('server', `The server refused this (HTTP ${status}).`);
  }
  const code = error.extensions?.code;
  switch (code) {
    case 'UNAUTHENTICATED':
      return new Trouble('credentials', refusal);
    case 'RATE_LIMITED':
      return new Trouble(
        'rate-limited',
        'Too many attempts.',
        error.extensions?.retryAfterMs ?? retryAfterMs ?? DEFAULT_WAIT_MS,
      );
    case 'INTERNAL_SERVER_ERROR': {
      const id = error.extensions?.requestId;
      const where = id === undefined ? '' : ` Its log has the cause, under request ${id}.`;
      return new Trouble('server', `The server failed.${where}`);
    }
    default:
      return new Trouble('server', (code !== undefined && WORDS[code]) || error.message);
  }
}

/** Whether the server did not know who is asking; then nothing was executed. */
export function isUnauthenticated({
  status,
  result,
}: {
  status: number;
  result: GraphQLResult;
}): boolean {
  if (status === 401) return true;
  const nothingDone = result.data === undefined || result.data === null;
  return nothingDone && codesOf(result).includes('UNAUTHENTICATED');
}

/** Whether a request may be sent again as somebody: one that could have changed something only if
    nothing at all was done. */
export function wasRefused({ query }: GraphQLRequest, reply: Reply): boolean {
  if (isUnauthenticated(reply)) return true;
  return !/\bmutation\b/.test(query) && codesOf(reply.result).includes('UNAUTHENTICATED');
}

export function codesOf(result: GraphQLResult): string[] {
  return (result.errors ?? []).flatMap((error) => error.extensions?.code ?? []);
}

/** Any thrown value, in words. */
export function inWords(error: unknown): string {
  return error instanceof Trouble ? error.message : 'Something went wrong in this page.';
}
