// The example operations of ../operations, taken into the page at build time.

export type Example = {
  /** The file's first comment line. */
  title: string;
  kind: 'query' | 'mutation' | 'subscription';
  query: string;
  /** JSON text of the file beside it, for operations with variables. */
  variables: string | null;
};

const documents = load(
  import.meta.glob<string>('../operations/*.graphql', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
const variables = load(
  import.meta.glob<string>('../operations/*.json', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

/** In the order of their file names; the first is what a newcomer sees. */
export const examples: readonly Example[] = [...documents].map(([name, query]) => ({
  title: /^#\s*(.+?)\.?$/m.exec(query)?.[1] ?? name,
  kind: (/^(query|mutation|subscription)\b/m.exec(query)?.[1] ?? 'query') as Example['kind'],
  query,
  variables: variables.get(name) ?? null,
}));

function load(files: Record<string, string>): Map<string, string> {
  const named = Object.entries(files).map(
    ([path, text]) => [path.replace(/^.*\/|\.\w+$/g, ''), text] as const,
  );
  return new Map(named.toSorted(([a], [b]) => a.localeCompare(b)));
}
