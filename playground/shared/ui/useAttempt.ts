// Something that a person tries, and that may go wrong: busy meanwhile, and troubled afterwards.

import { useState } from 'react';

import { Trouble, inWords } from '../trouble';
import { useCountdown } from './useCountdown';

export type Attempt = {
  /** Under way, or to be waited for. */
  busy: boolean;
  trouble: Trouble | null;
  /** Seconds until it may be tried again. */
  wait: number;
  make: (work: () => Promise<void>) => Promise<void>;
};

export function useAttempt(): Attempt {
  const [underWay, setUnderWay] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [wait, startWait] = useCountdown();

  async function make(work: () => Promise<void>) {
    setUnderWay(true);
    setTrouble(null);
    try {
      await work();
    } catch (error) {
      const shown = error instanceof Trouble ? error : new Trouble('server', inWords(error));
      setTrouble(shown);
      if (shown.retryAfterMs !== null) startWait(shown.retryAfterMs);
    } finally {
      setUnderWay(false);
    }
  }

  return { busy: underWay || wait > 0, trouble, wait, make };
}
