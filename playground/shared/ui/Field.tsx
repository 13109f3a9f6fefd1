// An input with its label, and what all forms of the page have in common.

import type { InputHTMLAttributes } from 'react';

import type { Attempt } from './useAttempt';

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'children'> & {
  label: string;
  name: string;
  onChange: (value: string) => void;
  attempt: Attempt;
  /** A line of help. */
  children?: string;
};

export function Field({ label, onChange, attempt, children, ...input }: FieldProps) {
  return (
    <label className="field">
      {label}
      <input
        required
        {...input}
        aria-invalid={attempt.trouble?.field === input.name}
        onChange={(event) => onChange(event.target.value)}
      />
      {children !== undefined && <span className="field-help">{children}</span>}
    </label>
  );
}

/** Six digits of an authenticator app. */
export function CodeField(props: Omit<FieldProps, 'name'>) {
  return (
    <Field
      {...props}
      name="code"
      className="code-input"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="\s*(\d\s*){6}"
      title="Six digits"
      placeholder="000000"
      autoFocus
    />
  );
}

/** What went wrong, and how long to wait. */
export function Alert({ attempt: { trouble, wait } }: { attempt: Attempt }) {
  if (trouble === null) return null;
  return (
    <p className="alert" role="alert">
      {trouble.message}
      {wait > 0 && ` Try again in ${wait} second${wait === 1 ? '' : 's'}.`}
    </p>
  );
}
