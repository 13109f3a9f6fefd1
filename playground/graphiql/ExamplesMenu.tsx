// Opens an example operation in a new tab.

import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

import { Menu, MenuItem } from '../shared/ui/Menu';
import { type Example, examples } from './examples';

const GROUPS: readonly { kind: Example['kind']; title: string }[] = [
  { kind: 'query', title: 'Read' },
  { kind: 'mutation', title: 'Write' },
  { kind: 'subscription', title: 'Listen' },
];

/** GraphiQL has no action for this: its own button opens the pane when it is closed. */
function showVariables() {
  document.querySelector<HTMLElement>('.graphiql-editor-tools [data-name="variables"]')?.click();
}

export function ExamplesMenu() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  function open({ query, variables }: Example) {
    addTab();
    // The editors of the new tab are those of the old one, emptied.
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
    if (variables !== null) showVariables();
    queryEditor?.focus();
  }

  return (
    <Menu label="Examples" button="Examples">
      {GROUPS.map(({ kind, title }) => {
        const group = examples.filter((example) => example.kind === kind);
        if (group.length === 0) return null;
        return (
          <div key={kind} role="group" aria-label={title}>
            <div className="menu-heading">{title}</div>
            {group.map((example) => (
              <MenuItem key={example.title} onSelect={() => open(example)}>
                {example.title}
              </MenuItem>
            ))}
          </div>
        );
      })}
    </Menu>
  );
}
