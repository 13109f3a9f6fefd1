// A request as whoever is signed in, renewed and repeated once when their cookies did not hold.

import { type GraphQLRequest, type Reply, post } from '../transport';
import { wasRefused } from '../trouble';
import type { Keeper } from './keeper';
import { isSamePerson } from './session';

export async function send(
  keeper: Keeper,
  request: GraphQLRequest,
  headers: Record<string, string> = {},
): Promise<Reply> {
  // A token of the person's own, typed into the headers, is theirs to renew.
  const own = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (own) return post(request, { slot: null, headers });

  const { place } = keeper.state();
  const slot = (await keeper.ready()) ? place.key : null;
  const { session } = keeper.state();
  const reply = await post(request, { slot, headers });
  if (slot === null || !wasRefused(request, reply)) return reply;
  const renewed = keeper.state().place.key === slot && (await keeper.renew(session));
  // Nobody else's cookies must carry what this person sent.
  const same = keeper.state().place.key === slot && isSamePerson(session, keeper.state().session);
  return renewed && same ? post(request, { slot, headers }) : reply;
}
