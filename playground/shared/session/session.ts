// A signed-in session, and where the tab keeps it.

export type Session = {
  accessToken: string;
  refreshToken: string;
  /** When the access token ends, in milliseconds since 1970 by this machine's clock. */
  expiresAt: number;
  user: { displayName: string; email: string };
};

// sessionStorage, not localStorage: a token outlives neither the tab nor the browser.
const PREFIX = 'taruvi.session.';

export function load(place: string): Session | null {
  const stored = sessionStorage.getItem(PREFIX + place);
  if (stored === null) return null;
  try {
    return JSON.parse(stored) as Session;
  } catch {
    return null;
  }
}

export function save(place: string, session: Session | null): void {
  if (session === null) sessionStorage.removeItem(PREFIX + place);
  else sessionStorage.setItem(PREFIX + place, JSON.stringify(session));
}
