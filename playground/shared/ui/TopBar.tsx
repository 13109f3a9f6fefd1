// The slim bar both pages share: brand, pages, tenant, who is signed in.

import { type ReactNode, useState } from 'react';

import type { Config } from '../config';
import { type Place, placesOf } from '../places';
import type { Keeper } from '../session/keeper';
import { useKeeper } from '../session/useKeeper';
import { Brand } from './Brand';
import { PlacePicker } from './PlacePicker';
import { SignIn } from './SignIn';
import { UserMenu } from './UserMenu';
import './controls.css';
import './theme.css';
import './top-bar.css';

type Props = {
  page: 'playground' | 'map';
  config: Config;
  keeper: Keeper;
  /** The page's own actions. */
  children?: ReactNode;
};

export function TopBar({ page, config, keeper, children }: Props) {
  const { place, session, notice } = useKeeper(keeper);
  const [asking, setAsking] = useState(false);
  const places = placesOf(config);

  function pick(chosen: Place) {
    if (chosen.url !== null) location.assign(chosen.url);
    else keeper.choose(chosen);
  }

  return (
    <>
      <header className="top-bar">
        <Brand />
        <nav aria-label="Pages">
          <PageLink href="/playground/" name="Playground" current={page === 'playground'} />
          <PageLink href="/playground/voyager/" name="Schema map" current={page === 'map'} />
        </nav>
        <div className="top-bar-end">
          {children}
          <PlacePicker places={places} chosen={place} onPick={pick} />
          {session === null ? (
            <button type="button" className="button primary" onClick={() => setAsking(true)}>
              Sign in
            </button>
          ) : (
            <UserMenu keeper={keeper} session={session} />
          )}
        </div>
      </header>
      <Notice text={notice} onDismiss={() => keeper.notify(null)} />
      {asking && <SignIn config={config} keeper={keeper} onClose={() => setAsking(false)} />}
    </>
  );
}

function PageLink({ href, name, current }: { href: string; name: string; current: boolean }) {
  return (
    <a href={href} aria-current={current ? 'page' : undefined}>
      {name}
    </a>
  );
}

/** Always in the page, so that the text is read out when it appears. */
function Notice({ text, onDismiss }: { text: string | null; onDismiss: () => void }) {
  return (
    <div role="status" className={text === null ? undefined : 'notice'}>
      {text !== null && (
        <>
          <span>{text}</span>
          <button type="button" className="button quiet" onClick={onDismiss}>
            Dismiss
          </button>
        </>
      )}
    </div>
  );
}
