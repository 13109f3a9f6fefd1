// Setting up one's own second factor.

import mySecondFactor from '../documents/second-factor.graphql?raw';
import totpConfirm from '../documents/totp-confirm.graphql?raw';
import totpEnroll from '../documents/totp-enroll.graphql?raw';
import { type Payload, payloadOf } from '../payload';
import { Trouble, troubleIn } from '../trouble';
import type { Keeper } from './keeper';
import { send } from './send';

export type Standing = { isEnabled: boolean; recoveryCodesLeft: number };

export async function standing(keeper: Keeper): Promise<Standing> {
  const reply = await send(keeper, { query: mySecondFactor });
  const trouble = troubleIn(reply);
  if (trouble !== null) throw trouble;
  const { viewerSecondFactor } = reply.result.data as { viewerSecondFactor: Standing | null };
  if (viewerSecondFactor === null) throw new Trouble('server', 'There is none for you here.');
  return viewerSecondFactor;
}

/** A secret for an authenticator app, which counts once it is confirmed. */
export type Enrollment = { secret: string; otpauthUri: string };

export async function enroll(keeper: Keeper, currentPassword: string): Promise<Enrollment> {
  const reply = await send(keeper, { query: totpEnroll, variables: { currentPassword } });
  return payloadOf<Payload & Enrollment>(reply, 'totpEnroll');
}

/** Confirms the app by its first code: the codes on paper, which are never shown again. */
export async function confirm(keeper: Keeper, code: string): Promise<readonly string[]> {
  const reply = await send(keeper, { query: totpConfirm, variables: { code } });
  return payloadOf<Payload & { recoveryCodes: string[] }>(reply, 'totpConfirm').recoveryCodes;
}
