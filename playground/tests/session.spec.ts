// Sessions: where they are kept, for how long, and that all tabs of a browser share them.

import type { BrowserContext, Page } from '@playwright/test';

import { newPerson, tokenOf } from './api.ts';
import {
  expect,
  expectNobody,
  openPlayground,
  response,
  run,
  setHeaders,
  signIn,
  signOut,
  test,
  userMenu,
} from './pages.ts';
import { OWNER } from './server.ts';

test('no script can read a token', async ({ page, context }) => {
  await openPlayground(page);
  const answer = page.waitForResponse((it) => isAbout(it.request().postData(), 'tokenCreate'));
  await signIn(page);

  expect(await (await answer).text()).not.toMatch(/eyJ|[a-z]{2,4}_[\w-]{30,}/);
  const seen = await page.evaluate(() => ({
    cookie: document.cookie,
    session: { ...sessionStorage },
    local: { ...localStorage },
  }));
  expect(seen.cookie).toBe('');
  expect(JSON.parse(seen.local['taruvi.session.acme']!)).toEqual({
    user: { displayName: expect.any(String), email: OWNER.email },
    expiresAt: expect.any(Number),
  });
  const cookies = await context.cookies(page.url());
  expect(cookies.length).toBeGreaterThanOrEqual(2);
  for (const { httpOnly, sameSite, value } of cookies) {
    expect(httpOnly).toBe(true);
    expect(sameSite).not.toBe('None');
    expect(JSON.stringify(seen)).not.toContain(value);
  }
});

test('a session outlives a reload', async ({ page }) => {
  await openPlayground(page);
  await signIn(page);
  await page.reload();
  await expect(userMenu(page)).toBeVisible();
  await run(page);
  await expect(response(page)).toContainText(OWNER.email);
});

test('who is not signed in is asked for nothing', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.headers()['x-taruvi-session'] !== undefined) asked.push(request.postData() ?? '');
  });
  await openPlayground(page);
  await run(page);
  await expect(response(page)).toContainText('UNAUTHENTICATED');
  await expectNobody(page);
  expect(asked).toEqual([]);
});

test('signing in and out in one tab shows in the other', async ({ page, otherTab }) => {
  await openPlayground(page);
  await openPlayground(otherTab);
  await signIn(page);
  await expect(userMenu(otherTab)).toBeVisible();
  await run(otherTab);
  await expect(response(otherTab)).toContainText(OWNER.email);

  await signOut(otherTab);
  await expectNobody(page);
  await expect(page.getByRole('status')).toContainText('signed out in another tab');
  expect(await kept(page)).toBeNull();

  await signIn(page, await newPerson('MEMBER'));
  await expect(userMenu(otherTab)).toBeVisible();
});

test('two tabs renew a session once, before it ends', async ({ page, otherTab, context }) => {
  await context.clock.install();
  await openPlayground(page);
  await signIn(page);
  await openPlayground(otherTab);
  await expect(userMenu(otherTab)).toBeVisible();
  const before = (await kept(page))!.expiresAt;
  const renewals = countRenewals(context);

  await context.clock.fastForward('15:00');
  await expect.poll(async () => (await kept(otherTab))!.expiresAt).toBeGreaterThan(before);
  for (const tab of [page, otherTab]) {
    await expect.poll(() => waiting(tab)).toBe(0);
    await run(tab);
    await expect(response(tab)).toContainText(OWNER.email);
  }
  expect(renewals()).toBe(1);
});

test('a tab that slept renews when it is used', async ({ page, context }) => {
  await page.clock.install();
  await openPlayground(page);
  await signIn(page);
  const renewals = countRenewals(context);
  // The clock goes on, but no timer of the page was called: as when a laptop is opened.
  await page.clock.setSystemTime(Date.now() + 3_600_000);
  await run(page);
  await expect(response(page)).toContainText(OWNER.email);
  expect(renewals()).toBe(1);
});

test('a token typed into the headers wins', async ({ page }) => {
  const other = await newPerson('MEMBER');
  await openPlayground(page);
  await signIn(page);
  await setHeaders(page, { authorization: `Bearer ${await tokenOf(other)}` });
  await run(page);
  await expect(response(page)).toContainText(other.email);
  await expect(response(page)).not.toContainText(OWNER.email);
});

test.describe('ended', () => {
  test.use({ refusalsExpected: true });

  test('a session whose cookies are gone is over after a reload', async ({ page, context }) => {
    await openPlayground(page);
    await signIn(page);
    await context.clearCookies();
    await page.reload();
    await expectNobody(page);
    await expect(page.getByRole('status')).toContainText('Your session has ended');
    expect(await kept(page)).toBeNull();
  });

  test('who can not tell the server stays signed in, and is told', async ({ page }) => {
    await openPlayground(page);
    await signIn(page);
    await page.route('**/graphql', (route) => route.abort());
    await userMenu(page).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByRole('status')).toContainText('You are still signed in.');
    await expect(userMenu(page)).toBeVisible();
  });
});

/** What the page keeps of the session. */
function kept(page: Page): Promise<{ expiresAt: number } | null> {
  return page.evaluate(() => JSON.parse(localStorage.getItem('taruvi.session.acme') ?? 'null'));
}

/** How many tabs change the session's cookies now, or wait for their turn. */
function waiting(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return held.length + pending.length;
  });
}

function countRenewals(context: BrowserContext): () => number {
  let count = 0;
  context.on('request', (request) => {
    if (isAbout(request.postData(), 'tokenRefresh')) count += 1;
  });
  return () => count;
}

function isAbout(body: string | null, mutation: string): boolean {
  return body?.includes(`${mutation}(`) ?? false;
}
