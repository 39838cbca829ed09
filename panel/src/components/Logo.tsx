/** The house mark: a signal arc over a point. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#5b5bd6" />
      <path
        d="M8.5 11.5c1.7 2.6 4.4 3.9 7.5 3.9s5.8-1.3 7.5-3.9"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path d="M12.3 14.7c.9 1.9 2.1 2.8 3.7 2.8s2.8-.9 3.7-2.8" fill="#fff" />
      <circle cx="16" cy="22.3" r="2" fill="#fff" />
    </svg>
  );
}
