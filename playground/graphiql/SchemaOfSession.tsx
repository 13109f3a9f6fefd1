// Loads the schema again when somebody else asks: what may be seen can depend on who is signed in.

import { useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';

import type { Keeper } from '../shared/session/keeper';
import { useKeeper } from '../shared/session/useKeeper';

export function SchemaOfSession({ keeper }: { keeper: Keeper }) {
  const { introspect } = useGraphiQLActions();
  const { place, session } = useKeeper(keeper);
  const asker = `${place.key} ${session?.user.email ?? ''}`;
  const loadedFor = useRef(asker);

  useEffect(() => {
    // GraphiQL itself loads it the first time.
    if (loadedFor.current === asker) return;
    loadedFor.current = asker;
    void introspect();
  }, [asker, introspect]);

  return null;
}
