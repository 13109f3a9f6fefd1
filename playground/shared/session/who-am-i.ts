// Whom the server takes us for, at a place.

import whoAmI from '../documents/who-am-i.graphql?raw';
import { PLATFORM_KEY, type Place } from '../places';
import { post } from '../transport';
import type { Account } from './session';

type Answer = {
  viewer?: Account | null;
  viewerSecondFactor?: { isEnabled: boolean; isRequired: boolean } | null;
  viewerOperator?: Account | null;
};

export type Self = {
  user: Account;
  /** Whether a second factor has to be set up before anything else. */
  mustEnroll: boolean;
};

/** Null for nobody: the session's cookies are gone, or do not hold any more. */
export async function askWhoIAm({ key }: Place): Promise<Self | null> {
  const variables = { inTenant: key !== PLATFORM_KEY };
  const { result } = await post({ query: whoAmI, variables }, { slot: key });
  const { viewer, viewerSecondFactor, viewerOperator } = (result.data ?? {}) as Answer;
  const user = viewer ?? viewerOperator ?? null;
  if (user === null) return null;
  const { isRequired = false, isEnabled = false } = viewerSecondFactor ?? {};
  return { user, mustEnroll: isRequired && !isEnabled };
}
