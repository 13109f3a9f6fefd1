// A button that opens a list of actions. The browser's own popover closes it on Escape or a click
// outside, and draws it above everything, GraphiQL's editors included.

import {
  type KeyboardEvent,
  type ReactNode,
  type ToggleEvent,
  createContext,
  useContext,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import './controls.css';

const CloseMenu = createContext<() => void>(() => {});

type MenuProps = {
  /** What the button says to those who can't see it. */
  label: string;
  button: ReactNode;
  className?: string;
  children: ReactNode;
};

export function Menu({ label, button, className = 'quiet', children }: MenuProps) {
  const id = useId();
  const buttonRef = useRef<HTMLButtonElement>(null);
  const popoverRef = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  // Its content is drawn when it opens, so it can't be measured before it is on the screen.
  useLayoutEffect(() => {
    if (!open || popoverRef.current === null || buttonRef.current === null) return;
    placeBelow(popoverRef.current, buttonRef.current);
    popoverRef.current.querySelector<HTMLElement>('.menu-item')?.focus();
  }, [open]);

  function toggled(event: ToggleEvent<HTMLDivElement>) {
    setOpen(event.newState === 'open');
  }

  return (
    <>
      <button
        ref={buttonRef}
        type="button"
        className={`button ${className}`}
        popoverTarget={id}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
      >
        {button}
        <Chevron />
      </button>
      <div
        ref={popoverRef}
        id={id}
        className="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        onToggle={toggled}
        onKeyDown={moveFocus}
      >
        <CloseMenu value={() => popoverRef.current?.hidePopover()}>{open && children}</CloseMenu>
      </div>
    </>
  );
}

type MenuItemProps = {
  children: ReactNode;
  hint?: string | undefined;
  /** Given for items of which one is in force. */
  checked?: boolean;
  onSelect: () => void;
};

export function MenuItem({ children, hint, checked, onSelect }: MenuItemProps) {
  const close = useContext(CloseMenu);
  return (
    <button
      type="button"
      className="menu-item"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      onClick={() => {
        close();
        onSelect();
      }}
    >
      <span>{children}</span>
      {hint !== undefined && <span className="hint">{hint}</span>}
      {checked === true && <span className="mark">✓</span>}
    </button>
  );
}

function Chevron() {
  return (
    <svg className="chevron" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M2 3.5 5 6.5 8 3.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}

/** Under the button, inside the window. */
function placeBelow(popover: HTMLElement, button: HTMLElement): void {
  const { bottom, right } = button.getBoundingClientRect();
  popover.style.top = `${bottom + 6}px`;
  popover.style.left = `${Math.max(8, right - popover.offsetWidth)}px`;
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items.at((now + step) % items.length)?.focus();
}
