// The sign-in dialog: e-mail and password, and in development the demo accounts by one click.

import { type FormEvent, useEffect, useRef, useState } from 'react';

import type { Config, DemoSignIn } from '../config';
import { type Place, asksForTenant, inSentence, PLATFORM_KEY, slugOf, typedPlace } from '../places';
import type { Keeper } from '../session/keeper';
import { useKeeper } from '../session/useKeeper';
import { Trouble, inWords } from '../trouble';
import './sign-in.css';
import { useCountdown } from './useCountdown';

type Props = { config: Config; keeper: Keeper; onClose: () => void };

export function SignIn({ config, keeper, onClose }: Props) {
  const { place } = useKeeper(keeper);
  const dialog = useRef<HTMLDialogElement>(null);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tenant, setTenant] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [wait, startWait] = useCountdown();

  useEffect(() => dialog.current?.showModal(), []);

  const asksTenant = asksForTenant(config);
  const title = asksTenant ? 'Sign in' : `Sign in to ${inSentence(place)}`;

  async function signIn(who: { email: string; password: string }) {
    const where = asksTenant ? typedPlace(tenant) : place;
    setBusy(true);
    setTrouble(null);
    try {
      await keeper.signIn(where, who.email.trim(), who.password);
      onClose();
    } catch (error) {
      const shown = error instanceof Trouble ? error : new Trouble('server', inWords(error));
      setTrouble(shown);
      if (shown.retryAfterMs !== null) startWait(shown.retryAfterMs);
      setBusy(false);
    }
  }

  function submitted(event: FormEvent) {
    event.preventDefault();
    void signIn({ email, password });
  }

  function pickDemo(demo: DemoSignIn, demoPassword: string) {
    setEmail(demo.email);
    setPassword(demoPassword);
    void signIn({ email: demo.email, password: demoPassword });
  }

  return (
    <dialog
      ref={dialog}
      className="dialog sign-in"
      aria-labelledby="sign-in-title"
      onClose={onClose}
    >
      <h1 id="sign-in-title">{title}</h1>
      <form onSubmit={submitted}>
        {asksTenant && (
          <Field label="Tenant" name="tenant" value={tenant} onChange={setTenant} required={false}>
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
          invalid={trouble?.field === 'email'}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          invalid={trouble?.field === 'password'}
        />
        {trouble !== null && (
          <p className="alert" role="alert">
            {trouble.message}
            {wait > 0 && ` Try again in ${wait} second${wait === 1 ? '' : 's'}.`}
          </p>
        )}
        <div className="sign-in-actions">
          <button type="button" className="button quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={busy || wait > 0}>
            {busy ? 'Signing in…' : 'Sign in'}
          </button>
        </div>
      </form>
      <DemoSignIns config={config} place={place} disabled={busy || wait > 0} onPick={pickDemo} />
    </dialog>
  );
}

type FieldProps = {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  type?: string;
  autoComplete?: string;
  required?: boolean;
  invalid?: boolean;
  /** A line of help. */
  children?: string;
};

function Field({
  label,
  onChange,
  invalid = false,
  required = true,
  children,
  ...input
}: FieldProps) {
  return (
    <label className="field">
      {label}
      <input
        {...input}
        required={required}
        aria-invalid={invalid}
        onChange={(event) => onChange(event.target.value)}
      />
      {children !== undefined && <span className="field-help">{children}</span>}
    </label>
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
