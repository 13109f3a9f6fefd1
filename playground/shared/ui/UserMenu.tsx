// Who is signed in, and what can be done about it.

import { useState } from 'react';

import type { Keeper } from '../session/keeper';
import type { Session } from '../session/session';
import { copyText } from './clipboard';
import { Menu, MenuItem } from './Menu';

export function UserMenu({ keeper, session }: { keeper: Keeper; session: Session }) {
  const { displayName, email } = session.user;
  const [copied, setCopied] = useState(false);

  async function copyToken() {
    const token = await keeper.token();
    if (token === null) return;
    if (!(await copyText(token))) return keeper.notify('The browser refused to copy.');
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  }

  const button = (
    <>
      <span className="avatar" aria-hidden="true">
        {initials(displayName)}
      </span>
      <span className="user-name">{copied ? 'Token copied' : displayName}</span>
    </>
  );
  return (
    <Menu label={`Signed in as ${displayName}`} button={button}>
      <div className="menu-about">
        <div>{displayName}</div>
        <div>{email}</div>
      </div>
      <hr className="menu-rule" />
      <MenuItem hint={`Works for ${minutesLeft(session)}`} onSelect={() => void copyToken()}>
        Copy token
      </MenuItem>
      <MenuItem onSelect={() => void keeper.signOut()}>Sign out</MenuItem>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${first?.[0] ?? '?'}${last?.[0] ?? ''}`.toUpperCase();
}

function minutesLeft({ expiresAt }: Session): string {
  const minutes = Math.max(0, Math.round((expiresAt - Date.now()) / 60_000));
  return minutes < 1 ? 'less than a minute' : `${minutes} more minute${minutes === 1 ? '' : 's'}`;
}
