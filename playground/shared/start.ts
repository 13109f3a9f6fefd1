// What both pages need before they draw.

import { type Config, assumedConfig, loadConfig } from './config';
import { firstPlace } from './places';
import { Keeper } from './session/keeper';
import { type Return, takeReturn } from './session/providers';
import { Trouble, inWords } from './trouble';

export async function start(): Promise<{ config: Config; keeper: Keeper }> {
  const loaded = await loadConfig().catch(() => null);
  const config = loaded ?? assumedConfig();
  const back = takeReturn();
  const keeper = new Keeper(firstPlace(config));
  if (loaded === null) {
    keeper.notify("The list of tenants can't be loaded. Requests go to this address.");
  }
  if (back instanceof Trouble) keeper.notify(back.message);
  else if (back !== null) void finish(keeper, back);
  return { config, keeper };
}

async function finish(keeper: Keeper, back: Return): Promise<void> {
  try {
    await keeper.signInByProvider(back);
  } catch (error) {
    keeper.notify(inWords(error));
  }
}
