const FIRST_MS = 500;
const MAX_MS = 15_000;

/**
 * Wait before the next try to connect: doubles up to 15 s, and between half and all of it at random, so that a hundred
 * browsers do not come back in the same instant after a restart.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random();
}
