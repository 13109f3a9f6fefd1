// The keeper, seen from React.

import { useSyncExternalStore } from 'react';

import type { Keeper, KeeperState } from './keeper';

export function useKeeper(keeper: Keeper): KeeperState {
  return useSyncExternalStore(keeper.subscribe, keeper.state);
}
