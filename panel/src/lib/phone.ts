/** Area codes of three digits in Argentina (Buenos Aires is 11; all others have four). */
const THREE_DIGITS = new Set(
  (
    "220 221 223 230 236 237 249 260 261 263 264 266 280 291 294 297 298 299 336 341 342 343 345 348 351 353 358 362 " +
    "364 370 376 379 380 381 383 385 387 388"
  ).split(" "),
);

function areaLength(national: string): number {
  if (national.startsWith("11")) return 2;
  return THREE_DIGITS.has(national.slice(0, 3)) ? 3 : 4;
}

/** International digits as people read them: "5493515550100" is "+54 9 351 555-0100". */
export function formatPhone(phone: string): string {
  const digits = phone.replace(/\D/g, "");
  const argentine = /^54(9?)(\d{10})$/.exec(digits);
  if (!argentine) return digits ? `+${digits}` : phone;
  const [, mobile = "", national = ""] = argentine;
  const area = areaLength(national);
  const local = national.slice(area);
  const parts = ["+54", mobile, national.slice(0, area), `${local.slice(0, -4)}-${local.slice(-4)}`];
  return parts.filter(Boolean).join(" ");
}
