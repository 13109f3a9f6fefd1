// The three mutations of signing in: create, refresh, revoke.

import tokenCreate from '../documents/token-create.graphql?raw';
import tokenRefresh from '../documents/token-refresh.graphql?raw';
import tokenRevoke from '../documents/token-revoke.graphql?raw';
import { post } from '../transport';
import { Trouble, troubleIn } from '../trouble';
import type { Session } from './session';

type UserError = { field?: readonly string[] | null; message: string };

type Account = { displayName: string; email: string };

type TokenPayload = {
  accessToken: string | null;
  refreshToken: string | null;
  /** Seconds. */
  expiresIn: number | null;
  /** Who signed in: a tenant's user, or an operator of the platform. */
  user?: Account | null;
  operator?: Account | null;
  userErrors: readonly UserError[];
};

/** The tenant of a session on a platform host; null for the platform, and on a tenant's host. */
type Tenant = string | null;

export type Credentials = { email: string; password: string };

export async function create(tenant: Tenant, { email, password }: Credentials): Promise<Session> {
  const payload = await mutate('tokenCreate', tokenCreate, tenant, { email, password });
  return toSession(payload, payload.user ?? payload.operator ?? { displayName: email, email });
}

export async function refresh(tenant: Tenant, { refreshToken, user }: Session): Promise<Session> {
  return toSession(await mutate('tokenRefresh', tokenRefresh, tenant, { refreshToken }), user);
}

export async function revoke(tenant: Tenant, { refreshToken }: Session): Promise<void> {
  await mutate('tokenRevoke', tokenRevoke, tenant, { refreshToken });
}

/** None of them needs an access token: what they are given says who asks. */
async function mutate(
  field: string,
  query: string,
  tenant: Tenant,
  input: Record<string, string>,
): Promise<TokenPayload> {
  // An absent tenant and a null one differ in GraphQL: where none is meant, none is sent.
  const variables = tenant === null ? input : { ...input, tenant };
  const reply = await post({ query, variables }, null);
  const trouble = troubleIn(reply);
  if (trouble !== null) throw trouble;
  const payload = (reply.result.data as Record<string, TokenPayload | null> | null)?.[field];
  if (payload === null || payload === undefined) {
    throw new Trouble('server', 'The server gave no answer to this.');
  }
  const error = payload.userErrors[0];
  if (error !== undefined) {
    throw new Trouble('input', error.message, null, error.field?.at(-1) ?? null);
  }
  return payload;
}

function toSession(payload: TokenPayload, user: Session['user']): Session {
  const { accessToken, refreshToken, expiresIn } = payload;
  if (accessToken === null || refreshToken === null) {
    throw new Trouble('server', 'The server gave no token.');
  }
  return { accessToken, refreshToken, expiresAt: Date.now() + (expiresIn ?? 0) * 1000, user };
}
