import type { CSSProperties } from "react";
import classes from "./Initials.module.css";

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  if (words.length === 0) return "#";
  const first = words[0]?.charAt(0) ?? "";
  const last = words.length > 1 ? (words.at(-1)?.charAt(0) ?? "") : "";
  return (first + last).toLocaleUpperCase("es-AR");
}

/** The same name has the same hue everywhere. */
function hue(name: string): number {
  let hash = 7;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 3600;
  return hash % 360;
}

/** A person as a coloured disc with initials; decorative, the name always stands beside it. */
export function Initials({ name, size = 36 }: { name: string; size?: number }) {
  const style = { "--hue": hue(name), width: size, height: size, fontSize: size * 0.36 } as CSSProperties;
  return <span className={classes.disc} style={style} aria-hidden="true" data-initials={initials(name)} />;
}
