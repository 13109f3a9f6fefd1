// Beside the password: signing in with an account that one has elsewhere.

import { useEffect, useState } from 'react';

import type { Place } from '../places';
import { type Provider, leaveFor, providersOf } from '../session/providers';
import { Alert } from './Field';
import { useAttempt } from './useAttempt';

export function Providers({ place }: { place: Place }) {
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  const attempt = useAttempt();

  useEffect(() => {
    let isCurrent = true;
    providersOf(place)
      .then((found) => isCurrent && setProviders(found))
      // The password is left; what fails here fails there, and is told there.
      .catch(() => undefined);
    return () => void (isCurrent = false);
  }, [place]);

  if (providers.length === 0) return null;
  return (
    <section className="providers" aria-label="Other ways to sign in">
      {providers.map((provider) => (
        <button
          key={provider.id}
          type="button"
          className="button"
          disabled={attempt.busy}
          onClick={() => void attempt.make(() => leaveFor(place, provider))}
        >
          Sign in with {provider.name}
        </button>
      ))}
      <Alert attempt={attempt} />
    </section>
  );
}
