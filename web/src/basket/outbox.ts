import { notifyManager } from '@tanstack/react-query';
import { ApiProblem, isTemporary } from '../api/problem.js';
import { NAMESPACE } from '../page/base-path.js';
import { withBrowserLock } from './with-browser-lock.js';
import { type Basket, type BasketWrite, enqueue } from './basket-write.js';

/** Each write lies by itself, so that no tab overwrites what another has just put there. */
const STORED = `${NAMESPACE}.outbox.`;

/** Waits between attempts; the last one again and again, until the network is back. */
const RETRY_MILLISECONDS = [300, 1_000, 2_000, 4_000, 8_000, 15_000];

export interface OutboxState {
  writes: readonly BasketWrite[];
  /** Why nothing moves: an attempt has failed and another will be made. */
  sendError: unknown;
}

interface Outcomes {
  /** Sends one write. @throws ApiProblem or Unreachable */
  send: (write: BasketWrite) => Promise<Basket>;
  confirmed: (basket: Basket, write: BasketWrite) => void;
  refused: (write: BasketWrite, problem: unknown) => void;
}

/**
 * What the visitor did and the shop has not confirmed: shown at once, sent one after the other, kept over a reload and a lost
 * network, and dropped when the shop refuses it.
 *
 * It lies in the local storage, so that all tabs have one, and one tab at a time sends: a browser without a cookie that
 * sent two writes at once would get two sessions.
 */
export class Outbox {
  private state: OutboxState = { writes: read(), sendError: null };
  private readonly listeners = new Set<() => void>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private isSending = false;

  constructor(private readonly outcomes: Outcomes) {
    window.addEventListener(
      'storage',
      ({ key }) => key?.startsWith(STORED) && this.change({ writes: read() }),
    );
    window.addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => this.retryNow());
    void this.sendAll();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): OutboxState => this.state;

  add(write: BasketWrite): void {
    const before = read();
    const after = enqueue(before, write);
    localStorage.setItem(STORED + write.key, JSON.stringify(write));
    remove(before.filter((each) => !after.includes(each)));
    this.change({ writes: read() });
    void this.sendAll();
  }

  /** Tries again now. */
  retryNow(): void {
    this.failures = 0;
    void this.sendAll();
  }

  /** Gives up on what has not been confirmed. */
  clear(): void {
    remove(read());
    this.change({ writes: [], sendError: null });
  }

  private async sendAll(): Promise<void> {
    clearTimeout(this.retry);
    if (this.isSending || read().length === 0) return;
    this.isSending = true;
    try {
      await withBrowserLock(() => this.sendOneByOne());
    } finally {
      this.isSending = false;
    }
    // Added after the last look, while the lock was being given back.
    if (this.failures === 0) void this.sendAll();
  }

  /** Releases the lock while it waits for another attempt: a tab in the foreground may have better luck. */
  private async sendOneByOne(): Promise<void> {
    for (let [write] = read(); write; [write] = read()) {
      try {
        this.finishWrite(write, await this.outcomes.send(write));
      } catch (error) {
        if (isTemporary(error)) return this.retryLater(error);
        this.finishWrite(write);
        this.outcomes.refused(write, error);
      }
    }
  }

  /** In one go: in between the write would be seen twice, or not at all. */
  private finishWrite(finished: BasketWrite, basket?: Basket): void {
    notifyManager.batch(() => {
      if (basket) this.outcomes.confirmed(basket, finished);
      this.failures = 0;
      remove([finished]);
      this.change({ writes: read(), sendError: null });
    });
  }

  private retryLater(sendError: unknown): void {
    const pause = RETRY_MILLISECONDS[Math.min(this.failures++, RETRY_MILLISECONDS.length - 1)] ?? 0;
    const asked = sendError instanceof ApiProblem ? (sendError.retryAfter ?? 0) * 1_000 : 0;
    this.retry = setTimeout(() => void this.sendAll(), Math.max(pause, asked));
    this.change({ sendError });
  }

  private change(change: Partial<OutboxState>): void {
    this.state = { ...this.state, ...change };
    notifyManager.schedule(() => this.listeners.forEach((listener) => listener()));
  }
}

function remove(writes: BasketWrite[]): void {
  for (const { key } of writes) localStorage.removeItem(STORED + key);
}

/** In the order of their keys, which begin with the time. */
function read(): BasketWrite[] {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(STORED));
  return keys.sort().map((key) => JSON.parse(localStorage.getItem(key) ?? '{}') as BasketWrite);
}
