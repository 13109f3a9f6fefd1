// The payload of a mutation, and its user errors in whole sentences.

import type { Reply } from './transport';
import { Trouble, troubleIn } from './trouble';

type UserError = { field?: readonly string[] | null; message: string };

export type Payload = { userErrors: readonly UserError[] };

/** What the mutation answered, when it worked; otherwise the trouble is thrown. */
export function payloadOf<T extends Payload>(reply: Reply, mutation: string, refusal?: string): T {
  const trouble = troubleIn(reply, refusal);
  if (trouble !== null) throw trouble;
  const payload = (reply.result.data as Record<string, T | null> | null)?.[mutation];
  if (payload === null || payload === undefined) {
    throw new Trouble('server', 'The server gave no answer to this.');
  }
  const error = payload.userErrors[0];
  if (error !== undefined) {
    const field = error.field?.at(-1) ?? null;
    throw new Trouble('input', sentence(field, error.message), null, field);
  }
  return payload;
}

/** The server's messages continue the field's name. */
const SUBJECTS: Record<string, string> = {
  email: 'The e-mail address',
  password: 'The password',
  tenant: 'This',
  code: 'The code',
  recoveryCode: 'The recovery code',
  currentPassword: 'This',
};

function sentence(field: string | null, message: string): string {
  const subject = SUBJECTS[field ?? ''];
  return subject === undefined ? message : `${subject} ${message}.`;
}
