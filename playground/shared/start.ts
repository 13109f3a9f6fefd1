// What both pages need before they draw.

import { type Config, assumedConfig, loadConfig } from './config';
import { firstPlace } from './places';
import { Keeper } from './session/keeper';

export async function start(): Promise<{ config: Config; keeper: Keeper }> {
  const loaded = await loadConfig().catch(() => null);
  const config = loaded ?? assumedConfig();
  const keeper = new Keeper(firstPlace(config));
  if (loaded === null) {
    keeper.notify("The list of tenants can't be loaded. Requests go to this address.");
  }
  return { config, keeper };
}
