// Who is signed in, and what can be done about it.

import { PLATFORM_KEY } from '../places';
import type { Keeper } from '../session/keeper';
import type { Session } from '../session/session';
import { Menu, MenuItem } from './Menu';

type Props = { keeper: Keeper; session: Session; onSecondFactor: () => void };

export function UserMenu({ keeper, session, onSecondFactor }: Props) {
  const { displayName, email } = session.user;
  const button = (
    <>
      <span className="avatar" aria-hidden="true">
        {initials(displayName)}
      </span>
      <span className="user-name">{displayName}</span>
    </>
  );
  return (
    <Menu label={`Signed in as ${displayName}`} button={button}>
      <div className="menu-about">
        <div>{displayName}</div>
        <div>{email}</div>
      </div>
      <hr className="menu-rule" />
      {keeper.state().place.key !== PLATFORM_KEY && (
        <MenuItem onSelect={onSecondFactor}>Second factor</MenuItem>
      )}
      <MenuItem onSelect={() => void keeper.signOut()}>Sign out</MenuItem>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${first?.[0] ?? '?'}${last?.[0] ?? ''}`.toUpperCase();
}
