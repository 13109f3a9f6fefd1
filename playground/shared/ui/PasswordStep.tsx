// The first step of signing in: e-mail and password, and in development the demo accounts by one
// click.

import { type FormEvent, useState } from 'react';

import type { Config, DemoSignIn } from '../config';
import { type Place, asksForTenant, PLATFORM_KEY, slugOf, typedPlace } from '../places';
import { Alert, Field } from './Field';
import { Providers } from './Providers';
import { useAttempt } from './useAttempt';

type Props = {
  config: Config;
  place: Place;
  onSignIn: (place: Place, email: string, password: string) => Promise<void>;
  onCancel: () => void;
};

export function PasswordStep({ config, place, onSignIn, onCancel }: Props) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tenant, setTenant] = useState('');
  const attempt = useAttempt();
  const asksTenant = asksForTenant(config);

  function signIn(who: { email: string; password: string }) {
    const where = asksTenant ? typedPlace(tenant) : place;
    void attempt.make(() => onSignIn(where, who.email.trim(), who.password));
  }

  function submitted(event: FormEvent) {
    event.preventDefault();
    signIn({ email, password });
  }

  function pickDemo(demo: DemoSignIn, demoPassword: string) {
    setEmail(demo.email);
    setPassword(demoPassword);
    signIn({ email: demo.email, password: demoPassword });
  }

  return (
    <>
      <form onSubmit={submitted}>
        {asksTenant && (
          <Field
            label="Tenant"
            name="tenant"
            value={tenant}
            onChange={setTenant}
            attempt={attempt}
            required={false}
          >
            Leave it empty to sign in to the platform.
          </Field>
        )}
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          attempt={attempt}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          attempt={attempt}
        />
        <Alert attempt={attempt} />
        <div className="dialog-actions">
          <button type="button" className="button quiet" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={attempt.busy}>
            {attempt.busy && attempt.wait === 0 ? 'Signing in…' : 'Sign in'}
          </button>
        </div>
      </form>
      {/* Where the tenant is typed, it is not known whose providers to show. */}
      {!asksTenant && <Providers place={place} />}
      <DemoSignIns config={config} place={place} disabled={attempt.busy} onPick={pickDemo} />
    </>
  );
}

type DemoProps = {
  config: Config;
  place: Place;
  disabled: boolean;
  onPick: (demo: DemoSignIn, password: string) => void;
};

function DemoSignIns({ config, place, disabled, onPick }: DemoProps) {
  const { demoPassword, signIns } = config;
  const offered = signIns.filter(({ tenant }) => isFor(tenant, place));
  if (demoPassword === null || offered.length === 0) return null;
  return (
    <section className="demos" aria-label="Demo accounts">
      <h2>Demo accounts</h2>
      {offered.map((demo) => (
        <button
          key={demo.email}
          type="button"
          className="demo"
          disabled={disabled}
          onClick={() => onPick(demo, demoPassword)}
        >
          <span>{demo.label}</span>
          <span>{demo.email}</span>
        </button>
      ))}
    </section>
  );
}

/** `null` means the platform; nothing said means anywhere. */
function isFor(tenant: string | null | undefined, place: Place): boolean {
  if (tenant === undefined) return true;
  return place.key === (tenant === null ? PLATFORM_KEY : slugOf(tenant));
}
