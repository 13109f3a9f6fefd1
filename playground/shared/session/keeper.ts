// Keeps the sessions of this tab: which place is chosen, who is signed in there, and a token that
// is renewed before it ends. Knows nothing of React: `useKeeper` is the bridge.

import { type Place, rememberPlace } from '../places';
import { Trouble, inWords } from '../trouble';
import { type Session, load, save } from './session';
import * as tokens from './tokens';

export type KeeperState = {
  place: Place;
  session: Session | null;
  /** Something the person should know, until dismissed. */
  notice: string | null;
};

/** A token is renewed this long before its end, or in the last fifth of a short life. */
const LEAD_MS = 60_000;
const RETRY_MS = 15_000;
/** So that a server which hands out dead tokens is not asked in a loop. */
const SOONEST_MS = 1_000;
/** A token this close to its end would be refused on arrival. */
const TOO_LATE_MS = 3_000;

export class Keeper {
  #state: KeeperState;
  readonly #listeners = new Set<() => void>();
  #timer: number | undefined;
  /** The renewal under way at each place. A refresh token works once: there is never a second. */
  readonly #renewals = new Map<string, Promise<Session | null>>();

  constructor(place: Place) {
    this.#state = { place, session: load(place.key), notice: null };
    this.#schedule();
  }

  readonly state = (): KeeperState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  choose(place: Place): void {
    rememberPlace(place);
    this.#set({ place, session: load(place.key), notice: null });
    this.#schedule();
  }

  async signIn(place: Place, email: string, password: string): Promise<void> {
    const session = await tokens.create(place.tenant, { email, password });
    save(place.key, session);
    this.choose(place);
  }

  /** Forgets the session first: the person is signed out even when the server can't be told. */
  async signOut(): Promise<void> {
    const { place, session } = this.#state;
    if (session === null) return;
    this.#drop(null);
    try {
      await tokens.revoke(place.tenant, session);
    } catch (error) {
      if (error instanceof Trouble && error.kind === 'network') {
        this.notify("Signed out in this tab. The server can't be reached, so it was not told.");
      }
    }
  }

  /** A token that still works, renewed if need be; null when nobody is signed in. */
  async token(): Promise<string | null> {
    const { session } = this.#state;
    if (session === null) return null;
    if (session.expiresAt - Date.now() > TOO_LATE_MS) return session.accessToken;
    return this.renew();
  }

  /** A new token in place of one the server refused, or that is about to end. */
  async renew(): Promise<string | null> {
    const { key } = this.#state.place;
    let renewal = this.#renewals.get(key);
    if (renewal === undefined) {
      renewal = this.#renewOnce().finally(() => this.#renewals.delete(key));
      this.#renewals.set(key, renewal);
    }
    return (await renewal)?.accessToken ?? null;
  }

  notify(notice: string | null): void {
    this.#set({ notice });
  }

  async #renewOnce(): Promise<Session | null> {
    const { place, session } = this.#state;
    if (session === null) return null;
    try {
      const renewed = await tokens.refresh(place.tenant, session);
      // Meanwhile the person may have signed out, or chosen another place.
      if (load(place.key)?.refreshToken !== session.refreshToken) return null;
      save(place.key, renewed);
      if (this.#state.place.key === place.key) {
        this.#set({ session: renewed });
        this.#schedule();
      }
      return renewed;
    } catch (error) {
      return this.#renewalFailed(place, error);
    }
  }

  /** Only the server's refusal ends a session: a lost connection may come back. */
  #renewalFailed(place: Place, error: unknown): null {
    const here = this.#state.place.key === place.key;
    const refused =
      error instanceof Trouble && (error.kind === 'credentials' || error.kind === 'input');
    if (refused) {
      save(place.key, null);
      if (here) this.#drop('Your session has ended. Sign in again.');
    } else if (here) {
      this.notify(inWords(error));
      this.#later(RETRY_MS);
    }
    return null;
  }

  #drop(notice: string | null): void {
    save(this.#state.place.key, null);
    window.clearTimeout(this.#timer);
    this.#set({ session: null, notice });
  }

  #schedule(): void {
    window.clearTimeout(this.#timer);
    const { session } = this.#state;
    if (session === null) return;
    const left = session.expiresAt - Date.now();
    this.#later(left - Math.min(LEAD_MS, left / 5));
  }

  #later(delay: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.renew(), Math.max(delay, SOONEST_MS));
  }

  #set(change: Partial<KeeperState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
