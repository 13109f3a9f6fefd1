// The second factor: set up, asked for at sign-in, and demanded of a role.

import type { Page } from '@playwright/test';

import { type Person, demandSecondFactor, newPerson } from './api.ts';
import {
  expect,
  fillSignIn,
  openExample,
  openPlayground,
  refusal,
  run,
  response,
  signIn,
  signOut,
  test,
  userMenu,
} from './pages.ts';
import { codeOf } from './totp.ts';

test.use({ refusalsExpected: true });

test('is set up from the menu, and asked for from then on', async ({ page }) => {
  const person = await newPerson('MEMBER');
  await openPlayground(page);
  await signIn(page, person);
  await openFromMenu(page);
  await fillPassword(page, 'not the password');
  await expect(refusal(page)).toHaveText('This is not your password.');
  await fillPassword(page, person.password);

  const secret = await secretShown(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: 'QR code' })).toBeVisible();
  await expect(dialog.getByRole('link')).toHaveAttribute('href', /^otpauth:\/\/totp\//);
  await fillCode(page, '000000', 'Confirm');
  await expect(refusal(page)).toContainText('The code does not hold');
  await fillCode(page, codeOf(secret, -1), 'Confirm');
  const codes = await codesOnPaper(page);
  expect(codes).toHaveLength(10);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(dialog).toHaveCount(0);

  await signOut(page);
  await fillSignIn(page, person);
  await expect(dialog.getByLabel('Code')).toBeFocused();
  await fillCode(page, '000000', 'Sign in');
  await expect(refusal(page)).toContainText('does not hold');
  await fillCode(page, codeOf(secret), 'Sign in');
  await expect(userMenu(page)).toBeVisible();
  await run(page);
  await expect(response(page)).toContainText(person.email);

  await signOut(page);
  await fillSignIn(page, person);
  await dialog.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await dialog.getByLabel('Recovery code').fill(codes[0]!);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(userMenu(page)).toBeVisible();

  await openFromMenu(page);
  await expect(dialog).toContainText('9 of your recovery codes are left');
});

test.describe('demanded', () => {
  test.beforeEach(() => demandSecondFactor(['GUEST']));
  test.afterEach(() => demandSecondFactor([]));

  test('is set up right after the sign-in, or later', async ({ page }) => {
    const guest: Person = await newPerson('GUEST');
    await openPlayground(page);
    await signIn(page, guest);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('nothing else works before');
    await secretShown(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await openExample(page, 'Where I am signed in');
    await run(page);
    await expect(response(page)).toContainText('FORBIDDEN');

    await page.reload();
    const notice = page.getByRole('status').filter({ hasText: 'needs a second factor' });
    await notice.getByRole('button', { name: 'Set it up' }).click();
    await fillPassword(page, guest.password);
    await fillCode(page, codeOf(await secretShown(page)), 'Confirm');
    expect(await codesOnPaper(page)).toHaveLength(10);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    await expect(notice).toHaveCount(0);
    await run(page);
    await expect(response(page)).toContainText('isCurrent');
  });
});

async function openFromMenu(page: Page): Promise<void> {
  await userMenu(page).click();
  await page.getByRole('menuitem', { name: 'Second factor' }).click();
}

async function fillPassword(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill(password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
}

async function fillCode(page: Page, code: string, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Code').fill(code);
  await dialog.getByRole('button', { name: button, exact: true }).click();
}

async function secretShown(page: Page): Promise<string> {
  return page.getByRole('dialog').getByLabel('Key', { exact: true }).innerText();
}

async function codesOnPaper(page: Page): Promise<string[]> {
  const list = page.getByRole('list', { name: 'Recovery codes' });
  await expect(list).toBeVisible();
  return list.getByRole('listitem').allInnerTexts();
}
