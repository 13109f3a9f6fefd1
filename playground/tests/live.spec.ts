// Subscriptions: from the playground, and with the clients that applications use.

import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

import { asOwner, tokenOf } from './api.ts';
import { expect, openExample, openPlayground, response, run, signIn, test } from './pages.ts';
import { OWNER, PLATFORM_URL } from './server.ts';

const TASKS = 'subscription { taskChanged { cursor event { eventType } task { title } } }';
const BROKEN = 'subscription { nothing }';

type Told = { data?: { taskChanged: { cursor: string; task: { title: string } } } | null };
type Results = AsyncIterator<unknown> & { return?: () => Promise<unknown> };

async function addTask(title: string): Promise<void> {
  type Projects = { projects: { nodes: { id: string }[] } };
  const { projects } = await asOwner<Projects>('{ projects(first: 1) { nodes { id } } }');
  const input = { projectId: projects.nodes[0]?.id, title };
  await asOwner('mutation($i: TaskCreateInput!) { taskCreate(input: $i) { task { id } } }', {
    i: input,
  });
}

/** Adds tasks until the first is told of, since a client does not say when it has begun. */
async function firstOf(results: Results, title: string): Promise<Told> {
  const first = results.next();
  for (let tries = 0; tries < 50; tries += 1) {
    await addTask(`${title}-${tries}`);
    const wait = new Promise<null>((resolve) => setTimeout(() => resolve(null), 200));
    const told = await Promise.race([first, wait]);
    if (told !== null) return told.value as Told;
  }
  throw new Error('nothing is told');
}

for (const carrier of ['WebSocket', 'SSE']) {
  test(`the playground listens over ${carrier}`, async ({ page }) => {
    await openPlayground(page);
    await signIn(page);
    if (carrier === 'SSE') {
      await page.getByRole('button', { name: 'Subscriptions over WebSocket' }).click();
    }
    await expect(page.getByRole('button', { name: `Subscriptions over ${carrier}` })).toBeVisible();
    await openExample(page, 'Tasks, as they change');
    await run(page);
    const title = `Live-${carrier}-${Date.now()}`;
    await expect(async () => {
      await addTask(title);
      await expect(response(page)).toContainText(title, { timeout: 500 });
    }).toPass();
    await page.getByRole('button', { name: /^Stop/ }).click();
    await expect(page.getByRole('button', { name: /^Execute query/ })).toBeVisible();
  });
}

test('graphql-ws hears of changes, goes on behind a cursor, and is told what is wrong', async () => {
  const token = await tokenOf(OWNER);
  const client = createSocketClient({
    url: `${PLATFORM_URL.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const results = client.iterate({ query: TASKS });
  const title = `socket-${Date.now()}`;
  const told = await firstOf(results, title);
  const cursor = told.data?.taskChanged.cursor ?? '';
  await addTask(`${title}-next`);
  const again = client.iterate({
    query: TASKS.replace('taskChanged', `taskChanged(after: "${cursor}")`),
  });
  const next = (await again.next()).value as Told;
  expect(next.data?.taskChanged.task.title).toContain(title);
  await results.return?.();
  await again.return?.();
  await expect(client.iterate({ query: BROKEN }).next()).rejects.toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
  await client.dispose();
});

test('graphql-ws is refused with a token that does not hold', async () => {
  const closed = new Promise<unknown>((resolve) => {
    const client = createSocketClient({
      url: `${PLATFORM_URL.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer nonsense' },
      retryAttempts: 0,
      on: { closed: resolve },
    });
    client
      .iterate({ query: TASKS })
      .next()
      .catch(() => undefined);
  });
  expect(await closed).toMatchObject({ code: 4403, reason: 'Forbidden' });
});

for (const singleConnection of [false, true]) {
  const mode = singleConnection ? 'a single connection' : 'distinct connections';
  test(`graphql-sse hears of changes over ${mode}`, async () => {
    const token = await tokenOf(OWNER);
    const client = createEventClient({
      url: `${PLATFORM_URL}/graphql/stream`,
      singleConnection,
      headers: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const results = client.iterate({ query: TASKS }) as Results;
    const title = `events-${Date.now()}`;
    const told = await firstOf(results, title);
    expect(told.data?.taskChanged.task.title).toContain(title);
    const once = client.iterate({ query: '{ viewer { email } }' });
    expect((await once.next()).value).toMatchObject({ data: { viewer: { email: OWNER.email } } });
    expect((await once.next()).done).toBe(true);
    await results.return?.();
    client.dispose();
  });
}
