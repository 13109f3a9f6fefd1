// Copying, also where the browser offers no clipboard: `http://acme.localhost` is a secure context,
// a tenant's host on plain HTTP is not.

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  // Deprecated, and the only way without a secure context.
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
