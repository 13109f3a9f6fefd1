// A request as whoever is signed in, renewed and repeated once when the token was refused.

import { type GraphQLRequest, type Reply, post } from '../transport';
import { isUnauthenticated } from '../trouble';
import type { Keeper } from './keeper';

export async function send(
  keeper: Keeper,
  request: GraphQLRequest,
  extra: Record<string, string> = {},
): Promise<Reply> {
  const { key } = keeper.state().place;
  const token = await keeper.token();
  const reply = await post(request, token, extra);
  // A token of the person's own, typed into the headers, is theirs to renew.
  const own = Object.keys(extra).some((name) => name.toLowerCase() === 'authorization');
  if (token === null || own || !isUnauthenticated(reply)) return reply;
  // Chosen another place meanwhile: its token must not carry this request.
  if (keeper.state().place.key !== key) return reply;
  const renewed = await keeper.renew();
  return renewed === null ? reply : post(request, renewed, extra);
}
