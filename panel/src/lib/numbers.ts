const LOCALE = "es-AR";
const count = new Intl.NumberFormat(LOCALE);

export const formatCount = (value: number): string => count.format(value);

/** "$ 18.500" or "$ 18.500,50": cents only when there are some. The amount is a decimal string, never a float sum. */
export function formatMoney(money: { amount: string; currency: string }): string {
  const value = Number(money.amount);
  const digits = Number.isInteger(value) ? 0 : 2;
  return new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency: money.currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export const isZeroOrLess = (money: { amount: string }): boolean => Number(money.amount) <= 0;

/** "88 KB", "1,4 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 }).format(bytes / 1024 / 1024)} MB`;
}

/** "0:14", "12:03". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
