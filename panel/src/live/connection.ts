import type { LiveFrame } from "../api/types";
import { backoffMs } from "./backoff";

/** Why panel-api ended the socket for good: the session is gone, or the password must be changed first. */
const NOT_WELCOME = new Set([4401, 4403]);
const DEFAULT_PING_S = 20;
/** Two pings and a bit without any answer: the line is dead although nobody said so. */
const SILENCE_PINGS = 2.25;

export type LinkStatus = "connecting" | "online" | "reconnecting";
export type LiveEvent = Exclude<LiveFrame, { type: "hello" | "reset" | "pong" }>;

export interface LiveHandlers {
  /** First connection of this page: whatever was read before it may already be old. */
  onFirstHello(): void;
  onEvent(event: LiveEvent): void;
  /** The server can not continue from our cursor: everything must be read anew. */
  onReset(): void;
  onStatus(status: LinkStatus): void;
  onOnline(userIds: readonly string[]): void;
  onNotWelcome(): void;
}

/** The shapes are those of the same-origin server that made our types; only what is no frame at all is refused. */
function parseFrame(raw: unknown): LiveFrame | null {
  if (typeof raw !== "string") return null;
  const value: unknown = JSON.parse(raw);
  return typeof value === "object" && value !== null && "type" in value ? (value as LiveFrame) : null;
}

/**
 * The one socket of this tab. Keeps the cursor of the last event, comes back by itself and continues from there, so no
 * event is lost; events carry versions, so one that comes twice changes nothing.
 */
export class LiveConnection {
  private socket: WebSocket | null = null;
  private cursor: string | null = null;
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private pingEveryMs = DEFAULT_PING_S * 1000;
  private lastHeardMs = 0;
  private stopped = true;

  private readonly url: string;
  private readonly handlers: LiveHandlers;
  private readonly open: (url: string) => WebSocket;

  constructor(url: string, handlers: LiveHandlers, open = (target: string) => new WebSocket(target)) {
    this.url = url;
    this.handlers = handlers;
    this.open = open;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.handlers.onStatus("connecting");
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    this.drop();
  }

  /** The network or the tab woke up: do not wait for the back-off. */
  nudge(): void {
    if (this.stopped || this.socket) return;
    clearTimeout(this.retryTimer);
    this.connect();
  }

  private connect(): void {
    const since = this.cursor === null ? "" : `?since=${encodeURIComponent(this.cursor)}`;
    const socket = this.open(this.url + since);
    this.socket = socket;
    this.lastHeardMs = Date.now();
    this.beatEvery(DEFAULT_PING_S);
    socket.onmessage = (message: MessageEvent<unknown>) => this.hear(message.data);
    socket.onclose = (closing) => this.closed(socket, closing.code);
  }

  private hear(raw: unknown): void {
    this.lastHeardMs = Date.now();
    const frame = parseFrame(raw);
    if (!frame) return;
    switch (frame.type) {
      case "hello":
        this.hello(frame);
        break;
      case "reset":
        this.handlers.onReset();
        break;
      case "pong":
        break;
      default:
        this.handlers.onEvent(frame);
        if (frame.cursor !== null) this.cursor = frame.cursor;
    }
  }

  private hello(frame: Extract<LiveFrame, { type: "hello" }>): void {
    const first = this.cursor === null;
    this.attempt = 0;
    this.cursor = frame.cursor;
    this.beatEvery(frame.data.ping_every_s);
    this.handlers.onStatus("online");
    this.handlers.onOnline(frame.data.online);
    if (first) this.handlers.onFirstHello();
  }

  private beatEvery(seconds: number): void {
    clearInterval(this.heartbeat);
    this.pingEveryMs = seconds * 1000;
    this.heartbeat = setInterval(() => this.beat(), this.pingEveryMs);
  }

  private beat(): void {
    if (Date.now() - this.lastHeardMs > this.pingEveryMs * SILENCE_PINGS) {
      this.drop();
      this.retry();
    } else if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ type: "ping" }));
    }
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.drop();
    if (NOT_WELCOME.has(code)) {
      this.stopped = true;
      this.handlers.onNotWelcome();
      return;
    }
    this.retry();
  }

  private retry(): void {
    this.handlers.onStatus("reconnecting");
    this.retryTimer = setTimeout(() => this.connect(), backoffMs(this.attempt));
    this.attempt += 1;
  }

  private drop(): void {
    clearInterval(this.heartbeat);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
