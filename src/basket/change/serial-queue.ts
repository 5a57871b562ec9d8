import { clientClosed } from '../../http/response/close-signal.js';
import { Problem } from '../../problem/problem.js';

const RETRY_AFTER_SECONDS = 1;

/**
 * Runs the work of each key one after the other, in the order of arrival. Keys do not wait for each
 * other.
 */
export class SerialQueue {
  /** The functions that start the waiting work, by key. A key stays here while its work runs. */
  private readonly queues = new Map<string, (() => void)[]>();

  /** @param max the limits of one key: the number of waiting calls, and their longest wait */
  constructor(private readonly max: { readonly waiting: number; readonly milliseconds: number }) {}

  /** The number of keys with work. */
  get size(): number {
    return this.queues.size;
  }

  /**
   * Runs the work after all earlier work of its key.
   *
   * @param closed returns a signal that aborts when the client closes the connection; called only
   *   if the work has to wait
   * @throws Problem `overloaded` if the queue is full or the wait too long; `too-slow` if the
   *   client closes the connection first
   */
  async run<T>(key: string, closed: () => AbortSignal, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(key);
    if (queue) await this.enqueue(queue, closed());
    else this.queues.set(key, []);
    try {
      return await work();
    } finally {
      this.startNext(key);
    }
  }

  private async enqueue(queue: (() => void)[], closed: AbortSignal): Promise<void> {
    if (closed.aborted) throw clientClosed();
    if (queue.length >= this.max.waiting) throw overloaded();
    return new Promise((resolve, reject) => {
      const finish = (problem?: Problem) => {
        clearTimeout(timer);
        closed.removeEventListener('abort', abort);
        if (!problem) return resolve();
        queue.splice(queue.indexOf(start), 1);
        reject(problem);
      };
      const start = () => finish();
      const abort = () => finish(clientClosed());
      const timer = setTimeout(() => finish(overloaded()), this.max.milliseconds);
      closed.addEventListener('abort', abort);
      queue.push(start);
    });
  }

  private startNext(key: string): void {
    const start = this.queues.get(key)?.shift();
    if (start) start();
    else this.queues.delete(key);
  }
}

function overloaded(): Problem {
  const headers = { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  const detail = `Too many changes of this basket are waiting. Try again in ${RETRY_AFTER_SECONDS} s.`;
  return new Problem('overloaded', detail, {}, { headers });
}
