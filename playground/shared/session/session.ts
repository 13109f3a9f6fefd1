// What this page keeps of a session: whose it is, and when its access token ends. The tokens
// themselves are in cookies that no script can read.

export type Account = { displayName: string; email: string };

export type Session = {
  user: Account;
  /** When the access token ends, in milliseconds since 1970 by this machine's clock. */
  expiresAt: number;
};

const PREFIX = 'taruvi.session.';

// localStorage: cookies are shared by all tabs of the browser, so is what is known of them.
export function storageKey(place: string): string {
  return PREFIX + place;
}

export function load(place: string): Session | null {
  const stored = localStorage.getItem(storageKey(place));
  if (stored === null) return null;
  try {
    const { user, expiresAt } = JSON.parse(stored) as Session;
    return { user: { displayName: user.displayName, email: user.email }, expiresAt };
  } catch {
    return null;
  }
}

export function save(place: string, session: Session | null): void {
  if (session === null) localStorage.removeItem(storageKey(place));
  else localStorage.setItem(storageKey(place), JSON.stringify(session));
}

/** Whether two are of the same person: not of the same token. */
export function isSamePerson(one: Session | null, other: Session | null): boolean {
  return one?.user.email === other?.user.email;
}
