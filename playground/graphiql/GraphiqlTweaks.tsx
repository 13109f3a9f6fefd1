// What GraphiQL has no setting for: our colours and type size in its editors, and its side panel.
// Monaco loads late, so the editors are met when they are made.

import { useGraphiQL, useGraphiQLActions, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

import { EDITOR_THEME, THEMES } from './editor-theme';

const TYPE = { fontSize: 13, lineHeight: 20 };

export function GraphiqlTweaks() {
  useEditorLook();
  usePanelFromTop();
  return null;
}

function useEditorLook() {
  const monaco = useMonaco((state) => state.monaco);
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    if (monaco === undefined) return;
    monaco.editor.defineTheme(EDITOR_THEME.light, THEMES.light);
    monaco.editor.defineTheme(EDITOR_THEME.dark, THEMES.dark);
    for (const editor of monaco.editor.getEditors()) editor.updateOptions(TYPE);
    const made = monaco.editor.onDidCreateEditor((editor) => editor.updateOptions(TYPE));
    return () => made.dispose();
  }, [monaco]);

  useEffect(() => {
    if (monaco === undefined) return;
    const apply = () => setTheme(theme);
    apply();
    // Monaco alone does not hear of it when the system turns dark at dusk.
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [monaco, theme, setTheme]);
}

/** The panel keeps its scroll position from one plugin to the next, and the explorer scrolls. */
function usePanelFromTop() {
  const plugin = useGraphiQL((state) => state.visiblePlugin);

  useEffect(() => {
    const top = () => document.querySelector('.graphiql-plugin')?.scrollTo(0, 0);
    // The explorer puts the cursor into its first input a moment after it is there.
    const soon = window.setTimeout(top, 50);
    top();
    return () => window.clearTimeout(soon);
  }, [plugin]);
}
