// GraphQL Voyager, as the package ships it for script tags. It must not be bundled: it needs the
// React of its own that is inside, and draws nothing with ours.

import scriptUrl from 'graphql-voyager/dist/voyager.standalone.js?url';

type GraphQLVoyager = {
  renderVoyager(element: HTMLElement, props: VoyagerProps): void;
  /** Asks for what the map shows, and no more. */
  voyagerIntrospectionQuery: string;
};

type VoyagerProps = {
  /** An execution result: `{ data: { __schema } }`. */
  introspection: unknown;
  displayOptions: { skipRelay: boolean; skipDeprecated: boolean; showLeafFields: boolean };
};

declare global {
  var GraphQLVoyager: GraphQLVoyager | undefined;
}

let loading: Promise<GraphQLVoyager> | null = null;

export function loadVoyager(): Promise<GraphQLVoyager> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = scriptUrl;
    script.onload = () => {
      if (globalThis.GraphQLVoyager === undefined) reject(new Error('Voyager did not start.'));
      else resolve(globalThis.GraphQLVoyager);
    };
    script.onerror = () => reject(new Error(`${scriptUrl} can't be loaded.`));
    document.head.append(script);
  });
  return loading;
}
