// GraphiQL learns which operation the text has a moment after the text changed. Whoever runs a tab
// right after opening it would send the name from the tab before.

/** The name, if the document has such an operation. */
export function operationNameIn(
  query: string,
  name: string | null | undefined,
): string | undefined {
  if (name === null || name === undefined) return undefined;
  const defined = new RegExp(`\\b(query|mutation|subscription)\\s+${name}\\b`).test(query);
  return defined ? name : undefined;
}
