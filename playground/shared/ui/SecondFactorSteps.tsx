// What the dialog of the second factor shows, one after the other.

import { QRCodeSVG } from 'qrcode.react';
import { type FormEvent, useState } from 'react';

import type { Enrollment } from '../session/second-factor';
import { CopyButton } from './CopyButton';
import { Alert, CodeField, Field } from './Field';
import './second-factor.css';
import { useAttempt } from './useAttempt';

export function IsThere({ codesLeft, onClose }: { codesLeft: number; onClose: () => void }) {
  return (
    <>
      <p>Signing in asks for a code of your authenticator app.</p>
      <p>
        {codesLeft} of your recovery codes {codesLeft === 1 ? 'is' : 'are'} left. The operation{' '}
        <code>recoveryCodesRegenerate</code> makes new ones, <code>totpDisable</code> takes the
        second factor away.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

type AskPasswordProps = { onEnroll: (password: string) => Promise<void>; onCancel: () => void };

export function AskPassword({ onEnroll, onCancel }: AskPasswordProps) {
  const [password, setPassword] = useState('');
  const attempt = useAttempt();

  function submitted(event: FormEvent) {
    event.preventDefault();
    void attempt.make(() => onEnroll(password));
  }

  return (
    <form onSubmit={submitted}>
      <p>Signing in will ask for a code of an authenticator app, beside your password.</p>
      <Field
        label="Your password"
        name="currentPassword"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        attempt={attempt}
        autoFocus
      />
      <Alert attempt={attempt} />
      <Actions submit="Continue" busy={attempt.busy} onCancel={onCancel} />
    </form>
  );
}

type AppStepProps = Enrollment & {
  onConfirm: (code: string) => Promise<void>;
  onCancel: () => void;
};

export function AppStep({ secret, otpauthUri, onConfirm, onCancel }: AppStepProps) {
  const [code, setCode] = useState('');
  const attempt = useAttempt();

  function submitted(event: FormEvent) {
    event.preventDefault();
    void attempt.make(() => onConfirm(code.trim()));
  }

  return (
    <form onSubmit={submitted}>
      <p>Scan this with your authenticator app, or give it the key.</p>
      <div className="enrollment">
        <QRCodeSVG value={otpauthUri} size={168} marginSize={2} title="The key as a QR code" />
        <code aria-label="Key">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
        <div className="enrollment-links">
          <CopyButton text={secret}>Copy key</CopyButton>
          <a className="button quiet" href={otpauthUri}>
            Open app
          </a>
        </div>
      </div>
      <CodeField label="Code" value={code} onChange={setCode} attempt={attempt}>
        The six digits that the app shows then.
      </CodeField>
      <Alert attempt={attempt} />
      <Actions submit="Confirm" busy={attempt.busy} onCancel={onCancel} />
    </form>
  );
}

type CodesProps = { codes: readonly string[]; onKept: () => void };

export function CodesOnPaper({ codes, onKept }: CodesProps) {
  return (
    <>
      <p>
        Your second factor is set up. When you have lost the app, each of these signs you in once.
        They are not shown again.
      </p>
      <ul className="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="dialog-actions">
        <CopyButton text={codes.join('\n')}>Copy codes</CopyButton>
        <button type="button" className="button primary" onClick={onKept}>
          I have kept them
        </button>
      </div>
    </>
  );
}

type ActionsProps = { submit: string; busy: boolean; onCancel: () => void };

function Actions({ submit, busy, onCancel }: ActionsProps) {
  return (
    <div className="dialog-actions">
      <button type="button" className="button quiet" onClick={onCancel}>
        Cancel
      </button>
      <button type="submit" className="button primary" disabled={busy}>
        {submit}
      </button>
    </div>
  );
}
