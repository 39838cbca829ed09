const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/** A ULID: names a message before the server has seen it, so that sending it again has one effect. */
export function ulid(nowMs: number = Date.now()): string {
  let time = "";
  for (let rest = nowMs, i = 0; i < TIME_CHARS; i += 1, rest = Math.floor(rest / 32))
    time = ALPHABET.charAt(rest % 32) + time;
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_CHARS));
  return time + Array.from(random, (byte) => ALPHABET.charAt(byte % 32)).join("");
}
