// A request as a shell command.

import { ENDPOINT, type GraphQLRequest, requestHeaders } from '../shared/transport';

export function curlOf(
  request: GraphQLRequest,
  token: string | null,
  extra: Record<string, string>,
): string {
  const headers = [...requestHeaders(token, extra)].map(
    ([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`,
  );
  return [
    `curl ${quoted(new URL(ENDPOINT, location.origin).href)}`,
    ...headers,
    `  --data-raw ${quoted(JSON.stringify(request))}`,
  ].join(' \\\n');
}

/** Inside single quotes a shell changes nothing; a quote itself has to step outside. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
