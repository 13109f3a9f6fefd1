// Seconds left until something may be tried again.

import { useEffect, useState } from 'react';

export function useCountdown(): [seconds: number, start: (ms: number) => void] {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(0);

  useEffect(() => {
    if (until === 0) return;
    const timer = window.setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) setUntil(0);
    }, 250);
    return () => window.clearInterval(timer);
  }, [until]);

  function start(ms: number) {
    setNow(Date.now());
    setUntil(Date.now() + ms);
  }

  return [until === 0 ? 0 : Math.max(0, Math.ceil((until - now) / 1000)), start];
}
