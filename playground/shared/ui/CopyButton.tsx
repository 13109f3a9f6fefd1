// Copies a text, and says so on itself.

import { useState } from 'react';

import { copyText } from './clipboard';

export function CopyButton({ text, children }: { text: string; children: string }) {
  const [said, setSaid] = useState<string | null>(null);

  async function copy() {
    setSaid((await copyText(text)) ? 'Copied' : 'Not copied');
    window.setTimeout(() => setSaid(null), 1500);
  }

  return (
    <button type="button" className="button quiet" onClick={() => void copy()}>
      <span role="status">{said ?? children}</span>
    </button>
  );
}
