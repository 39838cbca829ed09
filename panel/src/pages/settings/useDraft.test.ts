import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useDraft } from "./useDraft";

interface Saved {
  revision: number;
  form: { name: string; size: number };
}

const saved = (revision: number, name: string): Saved => ({ revision, form: { name, size: 1 } });
const formOf = (from: Saved) => from.form;

function draftOf(first: Saved) {
  return renderHook((server: Saved) => useDraft(server, formOf), { initialProps: first });
}

describe("a draft", () => {
  it("follows the server while nobody touches it", () => {
    const { result, rerender } = draftOf(saved(1, "a"));
    rerender(saved(2, "b"));
    expect([result.current.form.name, result.current.base.revision, result.current.dirty]).toEqual(["b", 2, false]);
  });

  it("stays on what it was begun from, so that nobody's later change is overwritten", () => {
    const { result, rerender } = draftOf(saved(1, "a"));
    act(() => result.current.change({ name: "mine" }));
    rerender(saved(2, "theirs"));
    expect([result.current.form.name, result.current.base.revision, result.current.dirty]).toEqual(["mine", 1, true]);
  });

  it("adds one change to the other", () => {
    const { result } = draftOf(saved(1, "a"));
    act(() => {
      result.current.change({ name: "b" });
      result.current.change({ size: 2 });
    });
    expect(result.current.form).toEqual({ name: "b", size: 2 });
  });

  it("is not dirty when everything was written back as it was", () => {
    const { result } = draftOf(saved(1, "a"));
    act(() => result.current.change({ name: "b" }));
    act(() => result.current.change({ name: "a" }));
    expect(result.current.dirty).toBe(false);
  });

  it("shows the server's state again after it is dropped", () => {
    const { result, rerender } = draftOf(saved(1, "a"));
    act(() => result.current.change({ name: "mine" }));
    rerender(saved(2, "theirs"));
    act(() => result.current.reset());
    expect([result.current.form.name, result.current.base.revision, result.current.dirty]).toEqual([
      "theirs",
      2,
      false,
    ]);
  });
});
