// The mutations of signing in, staying signed in and signing out. They answer by cookies: what
// comes back here is whose session it is, and for how long.

import oidcSignInFinish from '../documents/oidc-sign-in-finish.graphql?raw';
import tokenCreate from '../documents/token-create.graphql?raw';
import tokenCreateTotp from '../documents/token-create-totp.graphql?raw';
import tokenRefresh from '../documents/token-refresh.graphql?raw';
import tokenRevoke from '../documents/token-revoke.graphql?raw';
import { type Payload, payloadOf } from '../payload';
import type { Place } from '../places';
import { post } from '../transport';
import { Trouble } from '../trouble';
import type { Return } from './providers';
import type { Account, Session } from './session';

type TokenPayload = Payload & {
  /** Seconds. */
  expiresIn: number | null;
  /** Whose it is: a tenant's user, or an operator of the platform. */
  user: Account | null;
  operator?: Account | null;
  nextStep?: 'TOTP_REQUIRED' | 'TOTP_ENROLLMENT_REQUIRED' | null;
  challenge?: string | null;
};

export type Credentials = { email: string; password: string };

/** The second proof: six digits of the app, or a code on paper. */
export type Proof = { code: string } | { recoveryCode: string };

/** What a sign-in leads to. */
export type Step =
  | { kind: 'signed-in'; session: Session; mustEnroll: boolean }
  | { kind: 'second-factor'; challenge: string };

const WRONG_PASSWORD = 'Wrong e-mail or password.';
const UNKNOWN_THERE = 'This account opens nothing here. Ask whoever runs the tenant.';
const WRONG_CODE = 'This does not hold. Each code works once, and a sign-in has five tries.';

export async function create(place: Place, { email, password }: Credentials): Promise<Step> {
  const input = { email, password };
  const payload = await mutate('tokenCreate', tokenCreate, place, input, WRONG_PASSWORD);
  return stepOf(payload as TokenPayload);
}

export async function createByProvider({ place, ...back }: Return): Promise<Step> {
  const payload = await mutate('oidcSignInFinish', oidcSignInFinish, place, back, UNKNOWN_THERE);
  return stepOf(payload as TokenPayload);
}

export async function createTotp(place: Place, challenge: string, proof: Proof): Promise<Step> {
  const input = { challenge, ...proof };
  const payload = await mutate('tokenCreateTotp', tokenCreateTotp, place, input, WRONG_CODE);
  return stepOf(payload as TokenPayload);
}

export async function refresh(place: Place): Promise<Session> {
  return sessionOf((await mutate('tokenRefresh', tokenRefresh, place)) as TokenPayload);
}

export async function revoke(place: Place): Promise<void> {
  await mutate('tokenRevoke', tokenRevoke, place);
}

async function mutate(
  field: string,
  query: string,
  { key, tenant }: Place,
  input: Record<string, string> = {},
  refusal?: string,
): Promise<Payload> {
  // An absent tenant and a null one differ in GraphQL: where none is meant, none is sent.
  const variables = tenant === null ? input : { ...input, tenant };
  const reply = await post({ query, variables }, { slot: key, keepalive: true });
  return payloadOf(reply, field, refusal);
}

function stepOf(payload: TokenPayload): Step {
  const { nextStep, challenge } = payload;
  if (nextStep === 'TOTP_REQUIRED' && challenge) return { kind: 'second-factor', challenge };
  const mustEnroll = nextStep === 'TOTP_ENROLLMENT_REQUIRED';
  return { kind: 'signed-in', session: sessionOf(payload), mustEnroll };
}

function sessionOf({ user, operator, expiresIn }: TokenPayload): Session {
  const account = user ?? operator ?? null;
  if (account === null || expiresIn === null) {
    throw new Trouble('server', 'The server does not say who signed in.');
  }
  return { user: account, expiresAt: Date.now() + expiresIn * 1000 };
}
