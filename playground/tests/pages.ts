// The pages in the words of a test, and a `page` that fails the test when something is amiss.

import { type Locator, type Page, test as base, expect } from '@playwright/test';

import type { Person } from './api.ts';
import { OWNER, PLATFORM_URL, TENANT_URL } from './server.ts';

const OUR_HOSTS = new Set([PLATFORM_URL, TENANT_URL].map((url) => new URL(url).host));

type Options = {
  /** Chromium writes every answer from 400 up to the console; some tests ask for one. */
  refusalsExpected: boolean;
};

type Fixtures = {
  /** A second tab of the same browser. */
  otherTab: Page;
};

export const test = base.extend<Options & Fixtures>({
  refusalsExpected: [false, { option: true }],

  page: async ({ page, refusalsExpected }, use) => {
    const amiss = watch(page, refusalsExpected);
    await use(page);
    expect(amiss).toEqual([]);
  },

  otherTab: async ({ context, refusalsExpected }, use) => {
    const page = await context.newPage();
    const amiss = watch(page, refusalsExpected);
    await use(page);
    expect(amiss).toEqual([]);
  },
});

export { expect };

export async function openPlayground(page: Page, origin = ''): Promise<void> {
  await page.goto(`${origin}/playground/`);
  await expect(page.locator('.graphiql-query-editor .view-line').first()).toBeVisible();
}

export async function fillSignIn(page: Page, { email, password }: Person = OWNER): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill(email);
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function signIn(page: Page, person?: Person): Promise<void> {
  await fillSignIn(page, person);
  await expect(userMenu(page)).toBeVisible();
}

export async function signOut(page: Page): Promise<void> {
  await userMenu(page).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expectNobody(page);
}

export async function expectNobody(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
}

/** What the sign-in says went wrong. */
export function refusal(page: Page): Locator {
  return page.getByRole('dialog').getByRole('alert');
}

export function userMenu(page: Page): Locator {
  return page.getByRole('button', { name: /^Signed in as/ });
}

export async function openExample(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Examples' }).click();
  await page.getByRole('menuitem', { name: title }).click();
}

export async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

/** Monaco draws a space as one that does not break: look for texts without any. */
export function response(page: Page): Locator {
  return page.locator('.graphiql-response');
}

export async function setVariables(page: Page, variables: unknown): Promise<void> {
  await setEditor(page, 'variables.json', variables);
}

export async function setHeaders(page: Page, headers: Record<string, string>): Promise<void> {
  await setEditor(page, 'request-headers.json', headers);
}

/** Monaco closes brackets while one types, so the text is put in whole. */
async function setEditor(page: Page, file: string, value: unknown): Promise<void> {
  await page.evaluate(
    ([file, text]) => {
      type Model = { uri: { path: string }; setValue(text: string): void };
      const { __MONACO } = globalThis as unknown as {
        __MONACO: { editor: { getModels(): Model[] } };
      };
      const models = __MONACO.editor.getModels();
      models.find(({ uri }) => uri.path.endsWith(file))?.setValue(text);
    },
    [file, JSON.stringify(value)] as const,
  );
}

/** Collects what must not happen on a page. */
function watch(page: Page, refusalsExpected: boolean): string[] {
  const amiss: string[] = [];
  page.on('pageerror', (error) => amiss.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (refusalsExpected && message.text().startsWith('Failed to load resource')) return;
    amiss.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    // The page asks its own host only; blobs and data never leave the browser. Going somewhere
    // else as a whole is what a link does.
    const isAsset = !(request.isNavigationRequest() && request.frame() === page.mainFrame());
    const here = new URL(page.url()).host;
    // While the browser leaves for a provider, what our page asked for last may still go out.
    const isHome = OUR_HOSTS.has(here) ? host === here : OUR_HOSTS.has(host) || host === here;
    if (isAsset && protocol.startsWith('http') && !isHome) {
      amiss.push(`left the origin: ${request.url()}`);
    }
  });
  return amiss;
}
