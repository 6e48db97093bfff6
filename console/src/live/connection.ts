// The one socket of the console: pages listen to topics, and read again what a topic says changed,
// or take it as it is told. A page reads before its topic is heard, and a connection breaks: what
// nobody told in between is a gap, and after a gap everything that listens is read anew.
import { answer, api } from "@/api/client";

/** Told what a topic says; nothing after a gap. */
export type Heard = (body: unknown) => void;

const CHANNELS = "/api/v2/notifications/channels";
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const CHANNEL_IS_OVER = 1008;
/** A channel holds 1,000 topics: what nobody listens to any more is dropped long before. */
const MOST_TOPICS = 200;

export class Live {
  private listeners = new Map<string, Set<Heard>>();
  private asked = new Set<string>();
  private permitted = new Set<string>();
  private refused = new Set<string>();
  private watchers = new Set<() => void>();
  private channelId: string | undefined;
  private isStarted = false;
  private isOpen = false;
  private isBusy = false;
  private failures = 0;

  /** Connect as soon as somebody listens. */
  start(): void {
    this.isStarted = true;
    this.connect();
  }

  /**
   * Call back whenever a topic says something, and after a gap; gives the way to stop. What was
   * refused is asked for once more: a conversation that one takes part in now may be heard.
   */
  listen(topic: string, heard: Heard): () => void {
    const known = this.listeners.get(topic);
    if (known) known.add(heard);
    else this.listeners.set(topic, new Set([heard]));
    if (this.refused.delete(topic)) this.asked.delete(topic);
    if (this.isOpen) this.subscribeToNew();
    this.connect();
    return () => this.leave(topic, heard);
  }

  /** Whether changes of a topic are told at once now; else they are to be looked for. */
  isLive = (topic: string): boolean => this.isOpen && this.permitted.has(topic);

  /** Call back when isLive may have changed. */
  watch = (changed: () => void): (() => void) => {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  };

  private leave(topic: string, heard: Heard): void {
    const left = this.listeners.get(topic);
    left?.delete(heard);
    if (left?.size === 0) this.listeners.delete(topic);
  }

  private connect(): void {
    if (!this.isStarted || this.isBusy || this.listeners.size === 0) return;
    this.isBusy = true;
    this.open().catch(() => {
      this.channelId = undefined;
      this.again();
    });
  }

  private async open(): Promise<void> {
    this.channelId ??= (await answer(api.POST(CHANNELS))).id;
    await this.subscribe([...this.listeners.keys()]);
    const { protocol, host } = window.location;
    const scheme = protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${host}${CHANNELS}/${this.channelId}/socket`);
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => this.tell(data as string);
    socket.onclose = ({ code }) => this.closed(code);
  }

  private subscribeToNew(): void {
    const topics = [...this.listeners.keys()].filter((topic) => !this.asked.has(topic));
    if (topics.length === 0) return;
    void this.subscribe(topics)
      .then(() => this.readAgain(topics))
      .catch(() => topics.forEach((topic) => this.asked.delete(topic)));
  }

  private async subscribe(topics: string[]): Promise<void> {
    if (!this.channelId) return;
    const isFull = this.asked.size + topics.length > MOST_TOPICS;
    const wanted = isFull ? [...this.listeners.keys()] : topics;
    this.asked = new Set(isFull ? wanted : [...this.asked, ...wanted]);
    const path = `${CHANNELS}/{channel_id}/subscriptions` as const;
    const request = {
      params: { path: { channel_id: this.channelId }, query: { ignoreErrors: true } },
      body: wanted.map((id) => ({ id })),
    };
    const { entities } = await answer(isFull ? api.PUT(path, request) : api.POST(path, request));
    if (isFull) {
      this.permitted.clear();
      this.refused.clear();
    }
    for (const { id, state } of entities) {
      (state === "Permitted" ? this.permitted : this.refused).add(id);
    }
    this.changed();
  }

  private opened(): void {
    this.isOpen = true;
    this.failures = 0;
    this.changed();
    this.readAgain([...this.permitted]);
    this.subscribeToNew();
  }

  private closed(code: number): void {
    if (code === CHANNEL_IS_OVER || !this.isOpen) this.channelId = undefined;
    this.isOpen = false;
    this.asked.clear();
    this.permitted.clear();
    this.refused.clear();
    this.changed();
    this.again();
  }

  private again(): void {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.failures, LONGEST_PAUSE_MS);
    this.failures += 1;
    // Spread, so that not all consoles come at once when a server is back.
    setTimeout(() => this.reconnect(), pause * (0.5 + Math.random() / 2));
  }

  private reconnect(): void {
    this.isBusy = false;
    this.connect();
  }

  private tell(text: string): void {
    const { topicName, eventBody } = JSON.parse(text) as {
      topicName?: string;
      eventBody?: unknown;
    };
    if (topicName) this.call(topicName, eventBody);
  }

  private readAgain(topics: string[]): void {
    for (const topic of topics) if (this.permitted.has(topic)) this.call(topic);
  }

  private call(topic: string, body?: unknown): void {
    for (const heard of this.listeners.get(topic) ?? []) heard(body);
  }

  private changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}
