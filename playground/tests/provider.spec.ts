// Signing in with an account that one has elsewhere.

import type { Page } from '@playwright/test';

import { type Person, newPerson, newProvider } from './api.ts';
import { type Issuer, CLIENT, openIssuer } from './issuer.ts';
import {
  expect,
  expectNobody,
  openPlayground,
  response,
  run,
  signOut,
  test,
  userMenu,
} from './pages.ts';

let person: Person;
let issuer: Issuer;
let provider: string;

test.beforeAll(async () => {
  person = await newPerson('MEMBER');
  issuer = await openIssuer(person.email);
  provider = await newProvider(issuer.url, CLIENT);
});
test.afterAll(() => issuer.close());

test('whom the provider vouches for is signed in, and the address forgets how', async ({ page }) => {
  await openPlayground(page);
  await leave(page);
  await page.getByRole('link', { name: 'Let me in' }).click();

  await expect(userMenu(page)).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  await run(page);
  await expect(response(page)).toContainText(person.email);
  const kept = await page.evaluate(() => Object.keys(sessionStorage));
  expect(kept.filter((key) => key.startsWith('taruvi.oidc.'))).toEqual([]);
  await signOut(page);
});

test('who turns back at the provider is told so, and may try again', async ({ page }) => {
  await openPlayground(page);
  await leave(page);
  await page.getByRole('link', { name: 'No' }).click();
  await expect(page.getByRole('status')).toContainText('access_denied');
  await expectNobody(page);
  await leave(page);
  await page.getByRole('link', { name: 'Let me in' }).click();
  await expect(userMenu(page)).toBeVisible();
});

test("somebody else's code and state are of no use", async ({ page, otherTab }) => {
  await openPlayground(page);
  await leave(page);
  const link = page.getByRole('link', { name: 'Let me in' });
  const back = (await link.getAttribute('href')) ?? '';
  // The other tab has begun nothing: what a page keeps of a beginning is its own.
  await otherTab.goto(back);
  await expect(otherTab.getByRole('status')).toContainText('has begun no such sign-in');
  await expectNobody(otherTab);
  expect(new URL(otherTab.url()).search).toBe('');
});

async function leave(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('dialog').getByRole('button', { name: `Sign in with ${provider}` }).click();
  await page.waitForURL(`${issuer.url}/**`);
}
