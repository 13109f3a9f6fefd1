// Keeps the sessions of this browser: which place is chosen in this tab, who is signed in there,
// and cookies that are renewed before they end. Other tabs do the same at the same time: what one
// of them changes, all hear of. Knows nothing of React: `useKeeper` is the bridge.

import { type Place, rememberPlace } from '../places';
import { Trouble, inWords } from '../trouble';
import { alone } from './alone';
import type { Return } from './providers';
import { type Session, isSamePerson, load, save, storageKey } from './session';
import * as tokens from './tokens';
import { askWhoIAm } from './who-am-i';

export type KeeperState = {
  place: Place;
  session: Session | null;
  /** A sign-in that the server wants to see a second proof of. */
  pending: { place: Place; challenge: string } | null;
  /** Whether a second factor has to be set up before anything else works. */
  mustEnroll: boolean;
  /** Something the person should know, until dismissed. */
  notice: string | null;
};

const NOTHING = { pending: null, mustEnroll: false, notice: null };
/** A session is renewed this long before its end, or in the last fifth of a short life. */
const LEAD_MS = 60_000;
const RETRY_MS = 15_000;
/** So that a server which hands out dead tokens is not asked in a loop. */
const SOONEST_MS = 1_000;
/** A token this close to its end would be refused on arrival. */
const TOO_LATE_MS = 3_000;
const ENDED = 'Your session has ended. Sign in again.';

export class Keeper {
  #state: KeeperState;
  readonly #listeners = new Set<() => void>();
  #timer: number | undefined;

  constructor(place: Place) {
    this.#state = { ...NOTHING, place, session: load(place.key) };
    window.addEventListener('storage', ({ key }) => {
      if (key === null || key === storageKey(this.#state.place.key)) this.#changedElsewhere();
    });
    // A page that the browser had put aside has heard nothing meanwhile.
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.#changedElsewhere());
    this.#begin();
  }

  readonly state = (): KeeperState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  choose(place: Place): void {
    rememberPlace(place);
    this.#set({ ...NOTHING, place, session: load(place.key) });
    this.#begin();
  }

  /** Afterwards somebody is signed in, or the sign-in is pending. */
  signIn(place: Place, credentials: tokens.Credentials): Promise<void> {
    return this.#enter(place, () => tokens.create(place, credentials));
  }

  /** The same for who comes back from a provider. */
  signInByProvider(back: Return): Promise<void> {
    return this.#enter(back.place, () => tokens.createByProvider(back));
  }

  /** The second step of the sign-in that is pending. */
  async finishSignIn(proof: tokens.Proof): Promise<void> {
    const { pending } = this.#state;
    if (pending === null) return;
    const { place, challenge } = pending;
    await this.#enter(place, () => tokens.createTotp(place, challenge, proof));
  }

  giveUpSignIn(): void {
    this.#set({ pending: null });
  }

  /** The server has to be told: only its answer takes the cookies away. */
  async signOut(): Promise<void> {
    const { place, session } = this.#state;
    if (session === null) return;
    await alone(place.key, async () => {
      try {
        await tokens.revoke(place);
      } catch (error) {
        // A session that the server does not know has ended already.
        if (!isRefusal(error)) return this.notify(`You are still signed in. ${inWords(error)}`);
      }
      save(place.key, null);
      if (this.#state.place.key === place.key) this.#drop(null);
    });
  }

  /** Whether a request can go as somebody: a session about to end is renewed first. */
  async ready(): Promise<boolean> {
    const { session } = this.#state;
    if (session === null) return false;
    return isFresh(session) || this.renew(session);
  }

  /** New cookies for those of `seen`, which end or were refused; perhaps another tab has made them
      already. Whether somebody is signed in then. */
  async renew(seen: Session | null): Promise<boolean> {
    const { place } = this.#state;
    if (seen === null) return false;
    return alone(place.key, async () => {
      const stored = load(place.key);
      if (stored === null) return false;
      try {
        const isRenewed = stored.expiresAt !== seen.expiresAt && isFresh(stored);
        const session = isRenewed ? stored : await tokens.refresh(place);
        save(place.key, session);
        if (this.#state.place.key === place.key) this.#adopt(session);
        return true;
      } catch (error) {
        return this.#renewalFailed(place, error);
      }
    });
  }

  notify(notice: string | null): void {
    this.#set({ notice });
  }

  /** The second factor is there now. */
  enrolled(): void {
    this.#set({ mustEnroll: false });
  }

  #enter(place: Place, ask: () => Promise<tokens.Step>): Promise<void> {
    return alone(place.key, async () => {
      const step = await ask();
      if (step.kind === 'second-factor') {
        return this.#set({ pending: { place, challenge: step.challenge } });
      }
      save(place.key, step.session);
      rememberPlace(place);
      this.#set({ ...NOTHING, place, mustEnroll: step.mustEnroll });
      this.#adopt(step.session);
    });
  }

  #begin(): void {
    this.#schedule();
    // What does not come about here comes about with the next request.
    this.#check().catch(() => undefined);
  }

  /** Asks the server whether the one we remember is signed in indeed. */
  async #check(): Promise<void> {
    const { place } = this.#state;
    if (!(await this.ready())) return;
    const { session } = this.#state;
    let self = await askWhoIAm(place);
    if (self === null && (await this.renew(session))) self = await askWhoIAm(place);
    const stored = load(place.key);
    if (self === null || stored === null || this.#state.place.key !== place.key) return;
    const { user, mustEnroll } = self;
    if (JSON.stringify(user) !== JSON.stringify(stored.user)) save(place.key, { ...stored, user });
    this.#set({ session: { ...stored, user }, mustEnroll });
  }

  #changedElsewhere(): void {
    const { place, session, mustEnroll } = this.#state;
    const stored = load(place.key);
    if (stored === null) {
      if (session !== null) this.#drop('You have been signed out in another tab.');
      return;
    }
    this.#adopt(stored);
    if (isSamePerson(session, stored) && !mustEnroll) return;
    this.#set({ mustEnroll: false, notice: null });
    this.#begin();
  }

  /** Only the server's refusal ends a session: a lost connection may come back. */
  #renewalFailed(place: Place, error: unknown): false {
    const here = this.#state.place.key === place.key;
    if (isRefusal(error)) {
      save(place.key, null);
      if (here) this.#drop(ENDED);
    } else if (here) {
      this.notify(inWords(error));
      this.#later(RETRY_MS);
    }
    return false;
  }

  #adopt(session: Session): void {
    this.#set({ session });
    this.#schedule();
  }

  #drop(notice: string | null): void {
    window.clearTimeout(this.#timer);
    this.#set({ session: null, mustEnroll: false, notice });
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
    const renew = () => void this.renew(this.#state.session);
    this.#timer = window.setTimeout(renew, Math.max(delay, SOONEST_MS));
  }

  #set(change: Partial<KeeperState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function isFresh({ expiresAt }: Session): boolean {
  return expiresAt - Date.now() > TOO_LATE_MS;
}

function isRefusal(error: unknown): boolean {
  return error instanceof Trouble && (error.kind === 'credentials' || error.kind === 'input');
}
