// The second step of signing in: a code of the app, or one of those on paper.

import { type FormEvent, useState } from 'react';

import type { Proof } from '../session/tokens';
import { Alert, CodeField, Field } from './Field';
import { useAttempt } from './useAttempt';

type Props = { onSignIn: (proof: Proof) => Promise<void>; onBack: () => void };

export function CodeStep({ onSignIn, onBack }: Props) {
  const [onPaper, setOnPaper] = useState(false);
  const [text, setText] = useState('');
  const attempt = useAttempt();

  function submitted(event: FormEvent) {
    event.preventDefault();
    const code = text.trim();
    void attempt.make(() => onSignIn(onPaper ? { recoveryCode: code } : { code }));
  }

  function turn() {
    setOnPaper(!onPaper);
    setText('');
  }

  const input = { value: text, onChange: setText, attempt };
  return (
    <form onSubmit={submitted}>
      {onPaper ? (
        <Field
          {...input}
          key="paper"
          label="Recovery code"
          name="recoveryCode"
          autoComplete="off"
          spellCheck={false}
          autoFocus
        >
          One of the ten codes that you kept when you set it up. Each works once.
        </Field>
      ) : (
        <CodeField {...input} key="app" label="Code">
          The six digits that your authenticator app shows now.
        </CodeField>
      )}
      <Alert attempt={attempt} />
      <button type="button" className="link" onClick={turn}>
        {onPaper ? 'Use the app instead' : 'Use a recovery code instead'}
      </button>
      <div className="dialog-actions">
        <button type="button" className="button quiet" onClick={onBack}>
          Back
        </button>
        <button type="submit" className="button primary" disabled={attempt.busy}>
          {attempt.busy && attempt.wait === 0 ? 'Signing in…' : 'Sign in'}
        </button>
      </div>
    </form>
  );
}
