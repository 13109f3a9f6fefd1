// The playground and the schema map, used as a person uses them. Sessions are in
// session.spec.ts.

import {
  expect,
  expectNobody,
  fillSignIn,
  openExample,
  openPlayground,
  refusal,
  response,
  run,
  setVariables,
  signIn,
  signOut,
  test,
  userMenu,
} from './pages.ts';
import { OWNER, PLATFORM_URL } from './server.ts';

test('sign in, read, write, sign out', async ({ page }) => {
  await openPlayground(page);
  await signIn(page);

  await run(page);
  await expect(response(page)).toContainText(OWNER.email);

  const name = `Made-by-a-test-${Date.now()}`;
  await openExample(page, 'Create a project');
  await setVariables(page, { input: { name } });
  await run(page);
  await expect(response(page)).toContainText('projectCreate');
  await expect(response(page)).toContainText(name);

  // It is there for the next reader, too.
  await page.getByRole('tab', { name: 'Welcome' }).click();
  await run(page);
  await expect(response(page)).toContainText(name);

  await signOut(page);
});

test('one click signs in with a demo account', async ({ page }) => {
  await openPlayground(page);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('region', { name: 'Demo accounts' }).getByText(OWNER.email).click();
  await expect(userMenu(page)).toBeVisible();
});

test('the operation can be copied as a curl command, which names no token', async ({ page }) => {
  await openPlayground(page);
  await signIn(page);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(`curl '${new URL('/graphql', page.url()).href}'`);
  expect(command).toContain('-H "authorization: Bearer $TARUVI_TOKEN"');
  await expect(page.getByRole('status').filter({ hasText: 'TARUVI_TOKEN' })).toBeVisible();
});

test('the platform host works for a tenant once it is chosen', async ({ page }) => {
  await openPlayground(page, PLATFORM_URL);
  const picker = page.getByRole('button', { name: /^Tenant:/ });
  await picker.click();
  await page.getByRole('menuitemradio', { name: /^Platform/ }).click();
  await expect(picker).toHaveAccessibleName('Tenant: Platform');
  await picker.click();
  await page.getByRole('menuitemradio', { name: /^Acme/ }).click();
  await signIn(page);
  await run(page);
  await expect(response(page)).toContainText(OWNER.email);

  // Nobody is signed in to the platform by that.
  await picker.click();
  await page.getByRole('menuitemradio', { name: /^Platform/ }).click();
  await expectNobody(page);
});

test('the schema map draws what the schema has', async ({ page }) => {
  await openPlayground(page);
  await signIn(page);
  await page.getByRole('link', { name: 'Schema map' }).click();
  await expect(userMenu(page)).toBeVisible();
  const types = page.locator('.schema-map svg .node');
  await expect(types.filter({ hasText: /^\s*Project\b/ }).first()).toBeVisible();
  expect(await types.count()).toBeGreaterThan(3);
});

test.describe('refused', () => {
  test.use({ refusalsExpected: true });

  test('a wrong password is answered in plain words', async ({ page }) => {
    await openPlayground(page);
    await fillSignIn(page, { ...OWNER, password: 'not the password' });
    await expect(refusal(page)).toHaveText('Wrong e-mail or password.');
    await expect(userMenu(page)).toHaveCount(0);
  });

  test('a server that is away is told from one that refuses', async ({ page }) => {
    await openPlayground(page);
    await page.route('**/graphql', (route) => route.abort());
    await fillSignIn(page);
    await expect(refusal(page)).toContainText("can't be reached");
  });

  test('too many attempts name the seconds to wait', async ({ page }) => {
    await openPlayground(page);
    await page.route('**/graphql', (route) =>
      route.fulfill({
        status: 429,
        json: {
          errors: [{ message: '', extensions: { code: 'RATE_LIMITED', retryAfterMs: 7000 } }],
        },
      }),
    );
    await fillSignIn(page);
    await expect(refusal(page)).toContainText(/Try again in [67] seconds/);
  });
});
