// The mark: a tree (taru) that is also a graph.

export function Brand() {
  return (
    <div className="brand">
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        aria-hidden="true"
      >
        <path d="M12 22V11M12 16 6.2 11.4M12 14l5.8-4.6M12 11V7" strokeLinecap="round" />
        <circle cx="12" cy="4.4" r="2.5" fill="currentColor" stroke="none" />
        <circle cx="4.6" cy="10.2" r="2.1" fill="currentColor" stroke="none" />
        <circle cx="19.4" cy="8.2" r="2.1" fill="currentColor" stroke="none" />
      </svg>
      <span>Taruvi</span>
    </div>
  );
}
