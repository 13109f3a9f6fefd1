// The colours of the editors: Monaco takes them as data, not from CSS.

export const EDITOR_THEME = { light: 'taruvi-light', dark: 'taruvi-dark' };

type Palette = Record<
  | 'panel'
  | 'accent'
  | 'wash'
  | 'guide'
  | 'comment'
  | 'keyword'
  | 'name'
  | 'field'
  | 'text'
  | 'number',
  string
>;

export const THEMES = {
  light: themeOf('vs', {
    panel: '#ffffff',
    accent: '#0d7359',
    wash: '#0d73591f',
    guide: '#e6ebe8',
    comment: '#74837c',
    keyword: '#7a3ee0',
    name: '#0b63ab',
    field: '#16211d',
    text: '#a5470f',
    number: '#0d7359',
  }),
  dark: themeOf('vs-dark', {
    panel: '#1d2622',
    accent: '#45c79c',
    wash: '#45c79c2b',
    guide: '#2b3631',
    comment: '#788a81',
    keyword: '#b9a1ff',
    name: '#7cc4ff',
    field: '#e6ede9',
    text: '#f0b27a',
    number: '#62d9b1',
  }),
};

function themeOf(base: 'vs' | 'vs-dark', palette: Palette) {
  const { panel, accent, wash, guide, field } = palette;
  const rule = (token: string, color: keyof Palette) => ({
    token,
    foreground: palette[color].slice(1),
  });
  return {
    base,
    inherit: true,
    rules: [
      rule('comment.gql', 'comment'),
      rule('keyword.gql', 'keyword'),
      rule('type.identifier.gql', 'name'),
      rule('key.identifier.gql', 'field'),
      rule('argument.identifier.gql', 'name'),
      rule('string.gql', 'text'),
      rule('number.gql', 'number'),
      rule('string.key.json', 'name'),
      rule('string.value.json', 'text'),
      rule('number.json', 'number'),
      rule('keyword.json', 'keyword'),
    ],
    colors: {
      'editor.background': '#ffffff00',
      'editor.selectionBackground': wash,
      'editorIndentGuide.background1': guide,
      'editorIndentGuide.activeBackground1': guide,
      'editorLineNumber.foreground': palette.comment,
      'editorLineNumber.activeForeground': field,
      // One colour for brackets: six would be louder than the fields.
      ...Object.fromEntries(
        [1, 2, 3, 4, 5, 6].map((n) => [`editorBracketHighlight.foreground${n}`, palette.comment]),
      ),
      'scrollbar.shadow': '#ffffff00',
      'textLink.foreground': accent,
      'textLink.activeForeground': accent,
      'editorLink.activeForeground': accent,
      'editorHoverWidget.background': panel,
      'editorSuggestWidget.background': panel,
      'editorSuggestWidget.selectedBackground': wash,
      'editorWidget.background': panel,
      'menu.background': panel,
      'quickInput.background': panel,
      'quickInputList.focusBackground': wash,
      'list.hoverBackground': wash,
      'list.highlightForeground': accent,
      'list.focusHighlightForeground': accent,
      'toolbar.hoverBackground': wash,
      focusBorder: accent,
    },
  };
}
