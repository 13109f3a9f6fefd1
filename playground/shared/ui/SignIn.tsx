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
  /** Somebody is signed in, by this password unless a provider vouches for them. */
  onDone: (password: string | null) => void;
};

export function SignIn({ config, keeper, onClose, onDone }: Props) {
  const { place, pending } = useKeeper(keeper);
  const [right, setRight] = useState<string | null>(null);
  const title = asksForTenant(config) ? 'Sign in' : `Sign in to ${inSentence(place)}`;

  async function signIn(where: Place, email: string, password: string) {
    await keeper.signIn(where, { email, password });
    if (keeper.state().pending === null) onDone(password);
    else setRight(password);
  }

  return (
    <Dialog title={pending === null ? title : 'Second factor'} onClose={onClose}>
      {pending === null ? (
        <PasswordStep config={config} place={place} onSignIn={signIn} onCancel={onClose} />
      ) : (
        <CodeStep
          onSignIn={async (proof) => {
            await keeper.finishSignIn(proof);
            onDone(right);
          }}
          onBack={() => keeper.giveUpSignIn()}
        />
      )}
    </Dialog>
  );
}
