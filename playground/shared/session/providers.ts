// Sign-in with a provider (OpenID Connect): where the browser goes, and what it comes back with.
// The API's docs, "Sign-in with a provider", say why each step is there.

import oidcSignInStart from '../documents/oidc-sign-in-start.graphql?raw';
import signInProviders from '../documents/sign-in-providers.graphql?raw';
import { type Payload, payloadOf } from '../payload';
import { type Place, PLATFORM_KEY } from '../places';
import { post } from '../transport';
import { Trouble, troubleIn } from '../trouble';

export type Provider = { id: string; name: string };

/** What a browser comes back with, and what this page has kept of its beginning. */
export type Return = { place: Place; state: string; code: string; binding: string };

type Begun = Payload & { authorizationUrl: string; state: string; binding: string };
type Kept = { place: Place; binding: string };

/** Providers send people back here: it is what has to be registered with them. */
const RETURN_PATH = '/playground/';
const KEPT = 'taruvi.oidc.';

/** The platform has none. */
export async function providersOf(place: Place): Promise<readonly Provider[]> {
  if (place.key === PLATFORM_KEY) return [];
  const reply = await post({ query: signInProviders, variables: about(place) }, { slot: null });
  const trouble = troubleIn(reply);
  if (trouble !== null) throw trouble;
  return (reply.result.data as { signInProviders: Provider[] }).signInProviders;
}

/** Leaves for the provider's page. */
export async function leaveFor(place: Place, provider: Provider): Promise<void> {
  const redirectUri = new URL(RETURN_PATH, location.origin).href;
  const variables = { ...about(place), providerId: provider.id, redirectUri };
  const reply = await post({ query: oidcSignInStart, variables }, { slot: null });
  const { authorizationUrl, state, binding } = payloadOf<Begun>(reply, 'oidcSignInStart');
  const kept: Kept = { place, binding };
  sessionStorage.setItem(KEPT + state, JSON.stringify(kept));
  location.assign(authorizationUrl);
}

/** What this address says of a sign-in; null when it is an address like any other. Says it once:
    a code is nobody else's business, nor good a second time. */
export function takeReturn(): Return | Trouble | null {
  const told = new URLSearchParams(location.search);
  const state = told.get('state');
  const [code, error] = [told.get('code'), told.get('error')];
  if (state === null || (code ?? error) === null) return null;
  history.replaceState(null, '', location.pathname);
  const kept = sessionStorage.getItem(KEPT + state);
  sessionStorage.removeItem(KEPT + state);
  if (kept === null) return new Trouble('input', 'This page has begun no such sign-in. Try again.');
  if (code === null) {
    return new Trouble('input', `The provider has not signed you in (${error}).`);
  }
  return { ...(JSON.parse(kept) as Kept), state, code };
}

/** An absent tenant and a null one differ in GraphQL: where none is meant, none is sent. */
function about({ tenant }: Place): { tenant?: string } {
  return tenant === null ? {} : { tenant };
}
