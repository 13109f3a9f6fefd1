// The API without the pages: what a test needs to be there before it begins. On the platform's
// host, since Node does not find `acme.localhost`.

import { OWNER, PLATFORM_URL } from './server.ts';

export type Person = { email: string; password: string };

const TENANT = 'acme';
const PASSWORD = 'a sentence that only tests know';

export async function ask<T>(query: string, variables: unknown, token?: string): Promise<T> {
  const response = await fetch(`${PLATFORM_URL}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

export async function tokenOf({ email, password }: Person): Promise<string> {
  type Answer = { tokenCreate: { accessToken: string } };
  const { tokenCreate } = await ask<Answer>(
    'mutation($input: TokenCreateInput!) { tokenCreate(input: $input) { accessToken } }',
    { input: { email, password, tenant: TENANT } },
  );
  return tokenCreate.accessToken;
}

export async function asOwner<T>(query: string, variables: unknown = {}): Promise<T> {
  return ask<T>(query, variables, await tokenOf(OWNER));
}

/** Somebody new in the tenant, whom no other test knows. */
export async function newPerson(role: 'MEMBER' | 'GUEST'): Promise<Person> {
  const email = `test-${Date.now()}-${Math.floor(Math.random() * 1e6)}@acme.test`;
  type Answer = { userCreate: { userErrors: unknown[] } };
  const { userCreate } = await asOwner<Answer>(
    `mutation($input: UserCreateInput!) {
      userCreate(input: $input) { userErrors { field message } }
    }`,
    { input: { email, password: PASSWORD, role } },
  );
  if (userCreate.userErrors.length > 0) throw new Error(JSON.stringify(userCreate.userErrors));
  return { email, password: PASSWORD };
}

/** Which roles have to have a second factor. */
export async function demandSecondFactor(roles: string[]): Promise<void> {
  await asOwner(
    `mutation($input: SecurityPolicyUpdateInput!) {
      securityPolicyUpdate(input: $input) { userErrors { message } }
    }`,
    { input: { requireTotpForRoles: roles } },
  );
}

/** Lets people sign in with a provider; the name on its button. */
export async function newProvider(issuer: string, clientId: string): Promise<string> {
  const name = `Provider ${Date.now()}`;
  type Answer = { identityProviderCreate: { userErrors: unknown[] } };
  const { identityProviderCreate } = await asOwner<Answer>(
    `mutation($input: IdentityProviderCreateInput!) {
      identityProviderCreate(input: $input) { userErrors { field message } }
    }`,
    { input: { name, issuer, clientId } },
  );
  const { userErrors } = identityProviderCreate;
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return name;
}
