// Checks an endpoint against GraphQL over HTTP with the audits of graphql-http:
//
//     node audits.mjs URL [HEADERS_JSON]
//
// The headers go with every request, for example '{"authorization":"Bearer …"}'. Prints what is
// not in order, then "61 of 61 passed"; fails unless all passed.

import { serverAudits } from 'graphql-http';

const [url, headersJson] = process.argv.slice(2);
if (!url) {
  console.error('usage: node audits.mjs URL [HEADERS_JSON]');
  process.exit(2);
}
const extra = headersJson ? JSON.parse(headersJson) : {};

const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...extra, ...init.headers } });

// One after the other, so that a rate limit for bursts does not fail them.
const results = [];
for (const audit of serverAudits({ url, fetchFn })) {
  try {
    results.push(await audit.fn());
  } catch (error) {
    results.push({ id: audit.id, name: audit.name, status: 'error', reason: String(error) });
  }
}

const failed = results.filter(({ status }) => status !== 'ok');
for (const { id, name, status, reason, response } of failed) {
  const type = response?.headers.get('content-type');
  const answer = response ? ` (answered ${response.status} ${type ?? 'without a content type'})` : '';
  console.log(`${status} ${id} ${name}: ${reason}${answer}`);
}
console.log(`${results.length - failed.length} of ${results.length} passed`);
process.exit(failed.length === 0 && results.length > 0 ? 0 : 1);
