import { Problem } from '../../problem/problem.js';

const RETRY_AFTER_SECONDS = 5;

interface Waiter {
  start: () => void;
  reject: (reason: Error) => void;
}

/**
 * Limits the running and the waiting work.
 *
 * Networks take turns, so the burst of one network delays another network by one turn only. When
 * the queue is full, the longest queue loses its newest work: one network can't block the others.
 * See docs/decisions/15-login-concurrency.md.
 */
export class FairQueue {
  private running = 0;
  private waiting = 0;
  /** The waiting work by network. The first network has the next turn. */
  private readonly queues = new Map<string, Waiter[]>();

  constructor(private readonly max: { readonly running: number; readonly waiting: number }) {}

  /**
   * Runs the work when its turn comes. Never runs work whose signal is aborted before its turn.
   *
   * @throws Problem `overloaded` if the queue is full; the reason of the signal if it is aborted
   */
  async run<T>(network: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.running < this.max.running) this.running += 1;
    else await this.enqueue(network, signal);
    try {
      return await work();
    } finally {
      this.startNext();
    }
  }

  private async enqueue(network: string, signal: AbortSignal): Promise<void> {
    if (this.waiting >= this.max.waiting) this.evictNewest(network);
    let abort = () => {};
    await new Promise<void>((start, reject) => {
      const waiter = { start, reject };
      abort = () => {
        this.remove(network, waiter);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort);
      this.queues.set(network, [...(this.queues.get(network) ?? []), waiter]);
      this.waiting += 1;
    }).finally(() => signal.removeEventListener('abort', abort));
  }

  /** Starts the next network's first work. The network then moves to the end. */
  private startNext(): void {
    const [next] = this.queues;
    if (!next) {
      this.running -= 1;
      return;
    }
    const [network, [first, ...others]] = next;
    this.queues.delete(network);
    if (others.length > 0) this.queues.set(network, others);
    this.waiting -= 1;
    first?.start();
  }

  private evictNewest(network: string): void {
    const own = this.queues.get(network)?.length ?? 0;
    let longest: [network: string, queue: Waiter[]] = [network, []];
    for (const entry of this.queues) if (entry[1].length > longest[1].length) longest = entry;
    const newest = longest[1].at(-1);
    if (!newest || longest[1].length <= own) throw overloaded();
    this.remove(longest[0], newest);
    newest.reject(overloaded());
  }

  private remove(network: string, waiter: Waiter): void {
    const queue = this.queues.get(network) ?? [];
    const others = queue.filter((other) => other !== waiter);
    this.waiting -= queue.length - others.length;
    if (others.length > 0) this.queues.set(network, others);
    else this.queues.delete(network);
  }
}

function overloaded(): Problem {
  const headers = { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  const detail = `Too many logins and registrations at this moment. Try again in ${RETRY_AFTER_SECONDS} s.`;
  return new Problem('overloaded', detail, {}, { headers });
}
