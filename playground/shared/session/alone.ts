// One at a time, over all tabs of the browser: for whatever changes a session's cookies. A refresh
// token works once, and a second use of it ends the session.

const queues = new Map<string, Promise<unknown>>();

export function alone<T>(place: string, work: () => Promise<T>): Promise<T> {
  const name = `taruvi.session.${place}`;
  if ('locks' in navigator) return navigator.locks.request(name, work) as Promise<T>;
  // Browsers have locks on HTTPS and on localhost. Elsewhere this tab alone waits its turn.
  const turn = (queues.get(name) ?? Promise.resolve()).then(work);
  queues.set(
    name,
    turn.catch(() => undefined),
  );
  return turn;
}
