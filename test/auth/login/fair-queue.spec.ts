import { describe, expect, it } from '@jest/globals';
import { FairQueue } from '../../../src/auth/login/fair-queue.js';

const never = new AbortController().signal;

/** Work that ends on demand. Records the order in which it started. */
class Works {
  readonly started: string[] = [];
  readonly ended: Promise<unknown>[] = [];
  private readonly ends = new Map<string, () => void>();

  constructor(private readonly queue: FairQueue) {}

  add(name: string, signal = never): Promise<string> {
    const result = this.queue.run(name.charAt(0), signal, async () => {
      this.started.push(name);
      await new Promise<void>((resolve) => this.ends.set(name, resolve));
      return name;
    });
    const outcome = result.catch((error: { type?: string }) => error.type ?? 'aborted');
    this.ended.push(outcome);
    return outcome;
  }

  async end(name: string): Promise<void> {
    this.ends.get(name)?.();
    await nextTick();
  }

  /** Ends all running work, and the work that starts then, until none is left. */
  async endAll(): Promise<unknown[]> {
    for (let n = 0; n < this.started.length; n++) await this.end(this.started[n] ?? '');
    return Promise.all(this.ended);
  }
}

const nextTick = () => new Promise((resolve) => setImmediate(resolve));

describe('the fair queue', () => {
  const open = (running: number, waiting: number) => new Works(new FairQueue({ running, waiting }));

  it('runs as many tasks in parallel as its limit allows, and no more', async () => {
    const works = open(2, 10);
    for (const name of ['a1', 'a2', 'a3', 'a4']) void works.add(name);
    await nextTick();

    expect(works.started).toEqual(['a1', 'a2']);
    await works.end('a2');
    expect(works.started).toEqual(['a1', 'a2', 'a3']);
    expect(await works.endAll()).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('gives slots to the networks in turn, and keeps the order within one network', async () => {
    const works = open(1, 10);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) void works.add(name);

    await works.endAll();

    expect(works.started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('never runs a task that is aborted while it waits', async () => {
    const works = open(1, 10);
    const hungUp = new AbortController();
    void works.add('a1');
    const waiting = works.add('a2', hungUp.signal);
    void works.add('a3');

    hungUp.abort();

    expect(await waiting).toBe('aborted');
    expect(await works.add('a4', hungUp.signal)).toBe('aborted');
    await works.endAll();
    expect(works.started).toEqual(['a1', 'a3']);
  });

  it('finishes a running task that is aborted', async () => {
    const works = open(1, 10);
    const hungUp = new AbortController();
    const running = works.add('a1', hungUp.signal);
    void works.add('a2');
    await nextTick();

    hungUp.abort();
    await works.end('a1');

    expect(await running).toBe('a1');
    expect(works.started).toEqual(['a1', 'a2']);
    await works.endAll();
  });

  it('refuses the newest task of the network with the longest queue when it is full', async () => {
    const works = open(1, 4);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void works.add(name);

    expect(await works.add('a6')).toBe('overloaded');
    void works.add('b1');
    void works.add('c1');
    expect(await works.add('a7')).toBe('overloaded');

    expect(await works.endAll()).toEqual([
      'a1',
      'a2',
      'a3',
      'overloaded',
      'overloaded',
      'overloaded',
      'b1',
      'c1',
      'overloaded',
    ]);
    expect(works.started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('accepts new tasks after waiting tasks were aborted or done', async () => {
    const works = open(1, 2);
    const hungUp = new AbortController();
    void works.add('a1');
    void works.add('a2', hungUp.signal);
    void works.add('a3', hungUp.signal);
    hungUp.abort();
    await nextTick();
    void works.add('a4');
    void works.add('b1');

    expect(await works.endAll()).toEqual(['a1', 'aborted', 'aborted', 'a4', 'b1']);
    void works.add('c1');
    await nextTick();
    expect(works.started.at(-1)).toBe('c1');
    await works.endAll();
  });

  it('continues after a task that fails', async () => {
    const queue = new FairQueue({ running: 1, waiting: 1 });
    const failing = queue.run('a', never, () => Promise.reject(new Error('no')));
    const next = queue.run('a', never, () => Promise.resolve('yes'));

    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
