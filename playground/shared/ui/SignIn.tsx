// The sign-in dialog: the password, and a code where the account has a second factor.

import { useState } from 'react';

import type { Config } from '../config';
import { type Place, asksForTenant, inSentence } from '../places';
import type { Keeper } from '../session/keeper';
import { useKeeper } from '../session/useKeeper';
import { CodeStep } from './CodeStep';
import { Dialog } from './Dialog';
import { PasswordStep } from './PasswordStep';
import './sign-in.css';

type Props = {
  config: Config;
  keeper: Keeper;
  onClose: () => void;
  /** Somebody is signed in, by this password. */
  onDone: (password: string) => void;
};

/** A password that was right, and what the server wants to see beside it. */
type Pending = { place: Place; password: string; challenge: string };

export function SignIn({ config, keeper, onClose, onDone }: Props) {
  const { place } = useKeeper(keeper);
  const [pending, setPending] = useState<Pending | null>(null);
  const title = asksForTenant(config) ? 'Sign in' : `Sign in to ${inSentence(place)}`;

  async function signIn(where: Place, email: string, password: string) {
    const challenge = await keeper.signIn(where, { email, password });
    if (challenge === null) onDone(password);
    else setPending({ place: where, password, challenge });
  }

  return (
    <Dialog title={pending === null ? title : 'Second factor'} onClose={onClose}>
      {pending === null ? (
        <PasswordStep config={config} place={place} onSignIn={signIn} onCancel={onClose} />
      ) : (
        <CodeStep
          onSignIn={async (proof) => {
            await keeper.finishSignIn(pending.place, pending.challenge, proof);
            onDone(pending.password);
          }}
          onBack={() => setPending(null)}
        />
      )}
    </Dialog>
  );
}
