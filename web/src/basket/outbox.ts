import { notifyManager } from '@tanstack/react-query';
import { ApiProblem, isTemporary } from '../api/problem.js';
import { NAMESPACE } from '../page/base-path.js';
import { withBrowserLock } from './with-browser-lock.js';
import { type Basket, type BasketWrite, enqueue } from './basket-write.js';

/** Each write has its own entry, so that no tab overwrites an entry of another tab. */
const STORED = `${NAMESPACE}.outbox.`;

/** Pauses between attempts. The last one repeats until the network is back. */
const RETRY_MILLISECONDS = [300, 1_000, 2_000, 4_000, 8_000, 15_000];

export interface OutboxState {
  writes: readonly BasketWrite[];
  /** The error of the last attempt, while another attempt is planned. */
  sendError: unknown;
}

interface Outcomes {
  /**
   * Sends one write.
   * @throws ApiProblem or Unreachable
   */
  send: (write: BasketWrite) => Promise<Basket>;
  confirmed: (basket: Basket, write: BasketWrite) => void;
  refused: (write: BasketWrite, problem: unknown) => void;
}

/**
 * Keeps the visitor's writes until the shop has confirmed or refused them.
 *
 * The writes are in the local storage, so all tabs share them. One tab at a time sends: a browser
 * without a cookie that sent two writes in parallel would get two sessions. See
 * docs/decisions/09-outbox.md.
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

  retryNow(): void {
    this.failures = 0;
    void this.sendAll();
  }

  /** Drops the writes that are not confirmed yet. */
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
    // A write may have been added while the lock was being released.
    if (this.failures === 0) void this.sendAll();
  }

  /** Releases the lock during a pause, so that another tab can send in the meantime. */
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

  /** Batched: otherwise the page would show the write twice, or not at all, for a moment. */
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

/** Sorted by their keys, which begin with the time. */
function read(): BasketWrite[] {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(STORED));
  return keys.sort().map((key) => JSON.parse(localStorage.getItem(key) ?? '{}') as BasketWrite);
}
