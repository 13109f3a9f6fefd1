// Sets up one's own second factor: the password, the app, the codes on paper.

import { useEffect, useState } from 'react';

import type { Keeper } from '../session/keeper';
import * as factor from '../session/second-factor';
import { useKeeper } from '../session/useKeeper';
import { Dialog } from './Dialog';
import { Alert } from './Field';
import { AppStep, AskPassword, CodesOnPaper, IsThere } from './SecondFactorSteps';
import { useAttempt } from './useAttempt';

type Props = {
  keeper: Keeper;
  /** Of somebody who has signed in just now: it need not be asked again. */
  password: string | null;
  onClose: () => void;
};

type Step =
  | { kind: 'looking' }
  | { kind: 'there'; codesLeft: number }
  | { kind: 'password' }
  | { kind: 'app'; enrollment: factor.Enrollment }
  | { kind: 'codes'; codes: readonly string[] };

export function SecondFactor({ keeper, password, onClose }: Props) {
  const { mustEnroll } = useKeeper(keeper);
  const [step, setStep] = useState<Step>({ kind: 'looking' });
  const looking = useAttempt();

  // Once, when the dialog opens.
  useEffect(() => void looking.make(look), []);

  async function look() {
    if (password !== null) return enroll(password);
    const { isEnabled, recoveryCodesLeft } = await factor.standing(keeper);
    if (isEnabled) keeper.enrolled();
    setStep(isEnabled ? { kind: 'there', codesLeft: recoveryCodesLeft } : { kind: 'password' });
  }

  async function enroll(current: string) {
    setStep({ kind: 'app', enrollment: await factor.enroll(keeper, current) });
  }

  async function confirm(code: string) {
    setStep({ kind: 'codes', codes: await factor.confirm(keeper, code) });
    keeper.enrolled();
  }

  const title = step.kind === 'codes' ? 'Keep these codes' : 'Second factor';
  return (
    <Dialog title={title} onClose={onClose} isKept={step.kind === 'codes'}>
      {mustEnroll && <p>Your account needs a second factor here: nothing else works before.</p>}
      {step.kind === 'looking' && <Alert attempt={looking} />}
      {step.kind === 'there' && <IsThere codesLeft={step.codesLeft} onClose={onClose} />}
      {step.kind === 'password' && <AskPassword onEnroll={enroll} onCancel={onClose} />}
      {step.kind === 'app' && (
        <AppStep {...step.enrollment} onConfirm={confirm} onCancel={onClose} />
      )}
      {step.kind === 'codes' && <CodesOnPaper codes={step.codes} onKept={onClose} />}
    </Dialog>
  );
}
