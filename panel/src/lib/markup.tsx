import { Fragment, type ReactNode } from "react";

/**
 * WhatsApp's mark-up as React nodes: *bold*, _italic_, ~strike~, ```code```, `code` and links. Never HTML.
 * A mark counts only when it hugs its words and stands at a word's edge, so "2*3*4" and snake_case_names stay as they are.
 */
const CODE = /```([^`]+)```|`([^`\n]+)`/;
const LINK = /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'*_~]/i;
const MARKS = [
  { mark: "*", wrap: (inner: ReactNode) => <strong>{inner}</strong> },
  { mark: "_", wrap: (inner: ReactNode) => <em>{inner}</em> },
  { mark: "~", wrap: (inner: ReactNode) => <s>{inner}</s> },
] as const;

function pair(mark: string): RegExp {
  const edge = `[\\p{L}\\p{N}${mark}]`;
  return new RegExp(`(?<!${edge})[${mark}](?=\\S)([^\\n${mark}]*[^\\s${mark}])[${mark}](?!${edge})`, "u");
}
const PAIRS = MARKS.map(({ mark, wrap }) => ({ pattern: pair(mark), wrap }));

function around(text: string, found: RegExpExecArray, middle: ReactNode, rest: (part: string) => ReactNode): ReactNode {
  return (
    <>
      {rest(text.slice(0, found.index))}
      {middle}
      {rest(text.slice(found.index + found[0].length))}
    </>
  );
}

function styled(text: string): ReactNode {
  if (text === "") return null;
  const hits = PAIRS.flatMap(({ pattern, wrap }) => {
    const found = pattern.exec(text);
    return found ? [{ found, wrap }] : [];
  }).sort((a, b) => a.found.index - b.found.index);
  const first = hits[0];
  if (!first) return text;
  return around(text, first.found, first.wrap(styled(first.found[1] ?? "")), styled);
}

function linked(text: string): ReactNode {
  const found = LINK.exec(text);
  if (!found) return styled(text);
  const link = (
    <a href={found[0]} target="_blank" rel="noopener noreferrer nofollow">
      {found[0]}
    </a>
  );
  return around(text, found, link, linked);
}

function coded(text: string): ReactNode {
  const found = CODE.exec(text);
  if (!found) return linked(text);
  return around(text, found, <code>{found[1] ?? found[2]}</code>, coded);
}

export function Markup({ text }: { text: string }): ReactNode {
  return <Fragment>{coded(text)}</Fragment>;
}
