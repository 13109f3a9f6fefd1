// A provider of identities (OpenID Connect), as small as one can be: a page that asks whether one
// wants in, and a token for the code. The server's own tests have a stricter one.

import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CLIENT = 'taruvi-in-tests';

export type Issuer = { url: string; close: () => void };

type Grant = { nonce: string; challenge: string };

/** Vouches for one person: whoever holds this address. */
export async function openIssuer(email: string): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'first', alg: 'RS256', use: 'sig' };
  const grants = new Map<string, Grant>();
  let url = '';

  function tokensFor(form: URLSearchParams): unknown {
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (grant?.challenge !== proof) return { error: 'invalid_grant' };
    const now = Math.floor(Date.now() / 1000);
    const whom = { sub: email, email, email_verified: true };
    const times = { iat: now, exp: now + 300 };
    const claims = { iss: url, aud: CLIENT, nonce: grant.nonce, ...times, ...whom };
    const text = [{ alg: 'RS256', kid: 'first', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64url');
    return { access_token: 'x', token_type: 'Bearer', id_token: `${text}.${signature}` };
  }

  function page(asked: URLSearchParams): string {
    const code = randomUUID();
    grants.set(code, {
      nonce: asked.get('nonce') ?? '',
      challenge: asked.get('code_challenge') ?? '',
    });
    const link = (text: string, answer: Record<string, string>) => {
      const to = new URL(asked.get('redirect_uri') ?? '');
      to.search = new URLSearchParams({ ...answer, state: asked.get('state') ?? '' }).toString();
      return `<a href="${to.href.replaceAll('&', '&amp;')}">${text}</a>`;
    };
    const icon = '<link rel="icon" href="data:,">';
    return `${icon}${link('Let me in', { code })} ${link('No', { error: 'access_denied' })}`;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const json = (value: unknown) => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    };
    if (pathname === '/.well-known/openid-configuration') {
      json({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (pathname === '/jwks') json({ keys: [jwk] });
    else if (pathname === '/token') json(tokensFor(new URLSearchParams(await bodyOf(request))));
    else if (pathname === '/authorize') {
      response.setHeader('Content-Type', 'text/html').end(page(searchParams));
    } else response.writeHead(404).end();
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => void server.close() };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
