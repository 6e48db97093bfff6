// Messages an agent sent that the server has not taken yet. They lie in this browser, each with a
// key of its own that travels with every try: so a message is sent exactly once, whether the
// connection was lost before the server took it or after, and also when the page was reloaded.
import { answer, api } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { AgentlessRequest } from "@/api/types";
import { newKey } from "./deeds";

type Template = AgentlessRequest["messagingTemplate"];

export interface Content {
  text?: string;
  template?: Template;
  /** What a template looks like, for the thread. */
  shown?: string;
  mediaIds?: string[];
}

export interface Unsent extends Content {
  key: string;
  userId: string;
  conversationId: string;
  partId: string;
  time: string;
  /** Why the server refused it; without, it is on its way or waits for the connection. */
  refusal?: string;
  /** The message it became. */
  messageId?: string;
}

// An entry of storage each, so that two windows do not write over each other's.
const STORED = "tidings-outbox-";
const AGAIN_MS = 3_000;
const KEPT_MS = 24 * 60 * 60_000;

export class Outbox {
  private entries: Unsent[];
  private watchers = new Set<() => void>();
  private busy = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly post = postMessage,
  ) {
    this.entries = stored(storage);
  }

  /** All that is not taken yet; the same array as long as nothing changes. */
  list = (): Unsent[] => this.entries;

  watch = (changed: () => void): (() => void) => {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  };

  add(entry: Pick<Unsent, "userId" | "conversationId" | "partId"> & Content): void {
    const time = new Date().toISOString();
    const unsent = { ...entry, key: newKey(), time };
    this.keep(unsent);
    this.change([...this.entries, unsent]);
    void this.flush(entry.userId);
  }

  drop(key: string): void {
    this.storage.removeItem(STORED + key);
    this.change(this.entries.filter((entry) => entry.key !== key));
  }

  retry(key: string): void {
    const entry = this.entries.find((each) => each.key === key);
    if (!entry) return;
    this.put({ ...entry, refusal: undefined });
    void this.flush(entry.userId);
  }

  /** Send what waits: in order within a conversation, the conversations side by side. */
  async flush(userId: string): Promise<void> {
    clearTimeout(this.timer);
    const own = this.entries.filter((entry) => entry.userId === userId && isWaiting(entry));
    const conversations = new Set(own.map((entry) => entry.conversationId));
    await Promise.all([...conversations].map((each) => this.flushOne(each, userId)));
  }

  private async flushOne(conversationId: string, userId: string): Promise<void> {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    const next = () =>
      this.entries.find(
        (entry) =>
          entry.conversationId === conversationId && entry.userId === userId && isWaiting(entry),
      );
    let isReached = true;
    for (let entry = next(); entry && isReached; entry = next()) {
      isReached = await this.tryOne(entry);
    }
    this.busy.delete(conversationId);
    if (!isReached) this.timer = setTimeout(() => void this.flush(userId), AGAIN_MS);
  }

  /** Whether the server was there; what it refused stays with its reason. */
  private async tryOne(entry: Unsent): Promise<boolean> {
    try {
      const { id } = await this.post(entry);
      this.put({ ...entry, messageId: id });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || isPassing(error)) return false;
      this.put({ ...entry, refusal: error.message || error.code });
      return true;
    }
  }

  private put(entry: Unsent): void {
    this.keep(entry);
    this.change(this.entries.map((each) => (each.key === entry.key ? entry : each)));
  }

  private keep(entry: Unsent): void {
    if (entry.messageId) this.storage.removeItem(STORED + entry.key);
    else this.storage.setItem(STORED + entry.key, JSON.stringify(entry));
  }

  private change(entries: Unsent[]): void {
    this.entries = entries;
    for (const watcher of this.watchers) watcher();
  }
}

/** What an earlier page left; after a day the server forgets the keys, so it is not sent then. */
function stored(storage: Storage): Unsent[] {
  const names = Object.keys(storage).filter((name) => name.startsWith(STORED));
  const entries = names.map((name) => JSON.parse(storage.getItem(name) ?? "{}") as Unsent);
  const isOld = ({ time }: Unsent) => Date.now() - new Date(time).getTime() > KEPT_MS;
  for (const { key } of entries.filter(isOld)) storage.removeItem(STORED + key);
  return entries
    .filter((entry) => !isOld(entry))
    .sort((one, other) => one.time.localeCompare(other.time));
}

/** A lost connection, a server in trouble, a session that ended: the same message may go later. */
function isPassing({ status }: ApiError): boolean {
  return status === 0 || status === 401 || status === 429 || status >= 500;
}

function isWaiting(entry: Unsent): boolean {
  return entry.refusal === undefined && entry.messageId === undefined;
}

function postMessage({ conversationId, partId, key, text, template, mediaIds }: Unsent) {
  return answer(
    api.POST(
      "/api/v2/conversations/messages/{conversation_id}/communications/{communication_id}/messages",
      {
        params: { path: { conversation_id: conversationId, communication_id: partId } },
        body: { textBody: text, messagingTemplate: template, mediaIds },
        headers: { "Idempotency-Key": key },
      },
    ),
  );
}

export const outbox = new Outbox(window.localStorage);
