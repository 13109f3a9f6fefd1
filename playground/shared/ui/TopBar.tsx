// The slim bar both pages share: brand, pages, tenant, who is signed in.

import { type ReactNode, useState } from 'react';

import type { Config } from '../config';
import { type Place, placesOf } from '../places';
import type { Keeper } from '../session/keeper';
import { useKeeper } from '../session/useKeeper';
import { Brand } from './Brand';
import { PlacePicker } from './PlacePicker';
import { SecondFactor } from './SecondFactor';
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

const MUST_ENROLL = 'Your account needs a second factor here before anything else works.';

/** The dialog that is open; the second factor is set up with the password of a sign-in just done. */
type Asking = null | { for: 'sign-in' } | { for: 'second-factor'; password: string | null };

export function TopBar({ page, config, keeper, children }: Props) {
  const { place, session, pending, mustEnroll, notice } = useKeeper(keeper);
  const [asking, setAsking] = useState<Asking>(null);
  const places = placesOf(config);
  function close() {
    keeper.giveUpSignIn();
    setAsking(null);
  }
  const setUp = (password: string | null) => setAsking({ for: 'second-factor', password });

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
            <button
              type="button"
              className="button primary"
              onClick={() => setAsking({ for: 'sign-in' })}
            >
              Sign in
            </button>
          ) : (
            <UserMenu keeper={keeper} session={session} onSecondFactor={() => setUp(null)} />
          )}
        </div>
      </header>
      <Notice
        text={notice ?? (mustEnroll ? MUST_ENROLL : null)}
        action={notice === null ? 'Set it up' : 'Dismiss'}
        onAction={() => (notice === null ? setUp(null) : keeper.notify(null))}
      />
      {(asking?.for === 'sign-in' || pending !== null) && (
        <SignIn
          config={config}
          keeper={keeper}
          onClose={close}
          onDone={(password) => (keeper.state().mustEnroll ? setUp(password) : close())}
        />
      )}
      {asking?.for === 'second-factor' && (
        <SecondFactor keeper={keeper} password={asking.password} onClose={close} />
      )}
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

type NoticeProps = { text: string | null; action: string; onAction: () => void };

/** Always in the page, so that the text is read out when it appears. */
function Notice({ text, action, onAction }: NoticeProps) {
  return (
    <div role="status" className={text === null ? undefined : 'notice'}>
      {text !== null && (
        <>
          <span>{text}</span>
          <button type="button" className="button quiet" onClick={onAction}>
            {action}
          </button>
        </>
      )}
    </div>
  );
}
