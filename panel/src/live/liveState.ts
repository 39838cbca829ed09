import { useSyncExternalStore } from "react";
import type { LinkStatus, LiveEvent } from "./connection";

const TYPING_ENDS_MS = 10_000;

export type TypingData = Extract<LiveEvent, { type: "typing" }>["data"];

interface LiveState {
  status: LinkStatus;
  /** Ids of colleagues with an open panel. */
  online: ReadonlySet<string>;
  /** Who types, by contact. */
  typing: ReadonlyMap<string, TypingData>;
}

let state: LiveState = { status: "connecting", online: new Set(), typing: new Map() };
const listeners = new Set<() => void>();
const typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

function change(patch: Partial<LiveState>): void {
  state = { ...state, ...patch };
  for (const listener of listeners) listener();
}

/** What the socket tells about the present moment and that no HTTP answer holds. */
export const liveState = {
  setStatus: (status: LinkStatus): void => change({ status }),
  setOnline: (userIds: readonly string[]): void => change({ online: new Set(userIds) }),
  setTyping(data: TypingData): void {
    clearTimeout(typingTimers.get(data.contact_id));
    const typing = new Map(state.typing);
    if (data.typing) {
      typing.set(data.contact_id, data);
      const stopped = { ...data, typing: false };
      typingTimers.set(
        data.contact_id,
        setTimeout(() => liveState.setTyping(stopped), TYPING_ENDS_MS),
      );
    } else {
      typing.delete(data.contact_id);
    }
    change({ typing });
  },
};

function useLiveState<T>(select: (current: LiveState) => T): T {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => select(state),
  );
}

export const useLinkStatus = (): LinkStatus => useLiveState(({ status }) => status);
export const useOnline = (): ReadonlySet<string> => useLiveState(({ online }) => online);
export const useTyping = (contactId: string): TypingData | undefined =>
  useLiveState(({ typing }) => typing.get(contactId));
