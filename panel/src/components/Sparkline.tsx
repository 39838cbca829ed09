const WIDTH = 100;
const HEIGHT = 28;
const PAD = 2;

/** A small trend line; the numbers beside it say the same in words. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return null;
  const max = Math.max(...values);
  const min = Math.min(...values);
  const span = max - min || 1;
  const points = values.map((value, index) => {
    const x = PAD + (index / (values.length - 1)) * (WIDTH - 2 * PAD);
    const y = HEIGHT - PAD - ((value - min) / span) * (HEIGHT - 2 * PAD);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <polygon
        points={`${PAD},${HEIGHT} ${points.join(" ")} ${WIDTH - PAD},${HEIGHT}`}
        fill="var(--ib-accent)"
        opacity="0.08"
      />
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke="var(--ib-accent)"
        strokeWidth="1.75"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}
