import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from "vitest";
import { aLine } from "../test-data";
import { backoffMs } from "./backoff";
import { LiveConnection, type LiveHandlers } from "./connection";

/** The browser's socket as the connection sees it, driven by the test. */
class Line {
  readyState: number = WebSocket.CONNECTING;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closing: { code: number }) => void) | null = null;
  readonly sent: string[] = [];
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = WebSocket.CLOSED;
  }
  says(frame: unknown) {
    this.readyState = WebSocket.OPEN;
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  drops(code = 1006) {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code });
  }
}

const hello = (cursor: string) => ({ type: "hello", cursor, data: { online: ["u1"], ping_every_s: 20 } });
const message = (cursor: string) => ({
  type: "ticket_message",
  cursor,
  data: { contact_id: "c1", ticket_id: "t1", message: aLine() },
});

let lines: Line[];
let handlers: { [Name in keyof LiveHandlers]: Mock<LiveHandlers[Name]> };
let connection: LiveConnection;
const last = () => lines.at(-1) as Line;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  handlers = {
    onFirstHello: vi.fn<LiveHandlers["onFirstHello"]>(),
    onEvent: vi.fn<LiveHandlers["onEvent"]>(),
    onReset: vi.fn<LiveHandlers["onReset"]>(),
    onStatus: vi.fn<LiveHandlers["onStatus"]>(),
    onOnline: vi.fn<LiveHandlers["onOnline"]>(),
    onNotWelcome: vi.fn<LiveHandlers["onNotWelcome"]>(),
  };
  connection = new LiveConnection("ws://panel/api/live", handlers, (url) => {
    const line = new Line(url);
    lines.push(line);
    return line as unknown as WebSocket;
  });
  connection.start();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

describe("the live socket", () => {
  it("says once that what was read before may be old", () => {
    last().says(hello("10"));
    last().drops();
    vi.advanceTimersByTime(20_000);
    last().says(hello("10"));
    expect(handlers.onFirstHello).toHaveBeenCalledTimes(1);
    expect(handlers.onStatus.mock.calls.flat()).toEqual(["connecting", "online", "reconnecting", "online"]);
  });

  it("comes back with the cursor of the last event", () => {
    expect(last().url).toBe("ws://panel/api/live");
    last().says(hello("10"));
    last().says(message("12"));
    last().says({ type: "counts", cursor: null, data: { pending: 1, in_progress: 0, mine: 0 } });
    last().drops();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://panel/api/live?since=12");
    expect(handlers.onEvent).toHaveBeenCalledTimes(2);
  });

  it("asks for everything anew when the server can not continue, and goes on from its present place", () => {
    last().says(hello("10"));
    last().drops();
    vi.advanceTimersByTime(1000);
    last().says(hello("99"));
    last().says({ type: "reset", cursor: null, data: { reason: "too_old" } });
    expect(handlers.onReset).toHaveBeenCalledTimes(1);
    last().drops();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://panel/api/live?since=99");
  });

  it("stops and says so when the session is gone", () => {
    last().says(hello("10"));
    last().drops(4401);
    vi.advanceTimersByTime(60_000);
    expect(handlers.onNotWelcome).toHaveBeenCalledTimes(1);
    expect(lines).toHaveLength(1);
  });

  it("waits longer after each failure and starts over after a success", () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    for (const waitMs of [500, 1000, 2000, 4000]) {
      const before = lines.length;
      last().drops();
      vi.advanceTimersByTime(waitMs - 1);
      expect(lines).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(lines).toHaveLength(before + 1);
    }
    last().says(hello("1"));
    last().drops();
    vi.advanceTimersByTime(500);
    expect(lines).toHaveLength(6);
  });

  it("does not wait when the network comes back", () => {
    last().drops();
    connection.nudge();
    expect(lines).toHaveLength(2);
    connection.nudge();
    expect(lines).toHaveLength(2);
  });

  it("pings, and gives up a line that answers nothing", () => {
    last().says(hello("10"));
    vi.advanceTimersByTime(20_000);
    expect(last().sent).toEqual(['{"type":"ping"}']);
    last().says({ type: "pong", cursor: null });
    vi.advanceTimersByTime(60_000);
    expect(handlers.onStatus).toHaveBeenLastCalledWith("reconnecting");
    vi.advanceTimersByTime(1000);
    expect(lines).toHaveLength(2);
  });
});

describe("the pause between tries", () => {
  it("is between half and all of a doubling time, never over 15 seconds", () => {
    expect([backoffMs(0, () => 0), backoffMs(0, () => 1)]).toEqual([250, 500]);
    expect([backoffMs(3, () => 0), backoffMs(3, () => 1)]).toEqual([2000, 4000]);
    expect(backoffMs(40, () => 1)).toBe(15_000);
  });
});
