// A request as a shell command. The token is a variable of the shell: this page knows none.

import { ENDPOINT, type GraphQLRequest, requestHeaders } from '../shared/transport';

const TOKEN_HEADER = '  -H "authorization: Bearer $TARUVI_TOKEN"';

/** `isSomebody` asks for a token, unless the headers bring one. */
export function curlOf(
  request: GraphQLRequest,
  isSomebody: boolean,
  typed: Record<string, string>,
): { command: string; wantsToken: boolean } {
  const headers = requestHeaders({ slot: null, headers: typed });
  const wantsToken = isSomebody && !headers.has('authorization');
  const lines = [...headers].map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`);
  const command = [
    `curl ${quoted(new URL(ENDPOINT, location.origin).href)}`,
    ...(wantsToken ? [...lines, TOKEN_HEADER] : lines),
    `  --data-raw ${quoted(JSON.stringify(request))}`,
  ].join(' \\\n');
  return { command, wantsToken };
}

/** Inside single quotes a shell changes nothing; a quote itself has to step outside. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
