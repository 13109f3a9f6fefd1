// A window over the page that has to be dealt with first. The browser's own dialog keeps the focus
// inside, closes on Escape, and gives the focus back.

import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

import './controls.css';

type Props = {
  title: string;
  onClose: () => void;
  /** Escape does not close it: what it shows can't be shown again. */
  isKept?: boolean;
  children: ReactNode;
};

export function Dialog({ title, onClose, isKept = false, children }: Props) {
  const titleId = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => isKept && event.preventDefault()}
      onClose={onClose}
    >
      <h1 id={titleId}>{title}</h1>
      {children}
    </dialog>
  );
}
