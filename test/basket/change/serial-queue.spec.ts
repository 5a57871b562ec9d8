import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SerialQueue } from '../../../src/basket/change/serial-queue.js';
import type { Problem } from '../../../src/problem/problem.js';

const MAX = { waiting: 2, milliseconds: 5_000 };
const open = () => new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Work that ends on demand. Records the order in which it started. */
class Works {
  readonly queue = new SerialQueue(MAX);
  readonly started: string[] = [];
  private readonly ends = new Map<string, (error?: Error) => void>();

  /**
   * Adds work whose key is the first character of its name. Returns the name, or why the work did
   * not run or failed.
   */
  async add(name: string, closed: () => AbortSignal = open): Promise<string> {
    const work = () => {
      this.started.push(name);
      return new Promise<string>((resolve, reject) =>
        this.ends.set(name, (error) => (error ? reject(error) : resolve(name))),
      );
    };
    return this.queue
      .run(name.charAt(0), closed, work)
      .catch((error: Problem) => error.type ?? error.message);
  }

  async end(name: string, error?: Error): Promise<void> {
    this.ends.get(name)?.(error);
    await settled();
  }
}

describe('the serial queue', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('runs the tasks of one key one at a time, in order, and then forgets the key', async () => {
    const works = new Works();
    const all = Promise.all(['a1', 'a2', 'a3'].map((name) => works.add(name)));

    expect(works.started).toEqual(['a1']);
    await works.end('a1');
    expect(works.started).toEqual(['a1', 'a2']);
    await works.end('a2');
    await works.end('a3');

    expect(await all).toEqual(['a1', 'a2', 'a3']);
    expect(works.queue.size).toBe(0);
  });

  it('runs the tasks of different keys in parallel', async () => {
    const works = new Works();
    const all = Promise.all(['a1', 'a2', 'b1'].map((name) => works.add(name)));

    expect(works.started).toEqual(['a1', 'b1']);
    for (const name of ['a1', 'a2', 'b1']) await works.end(name);
    await all;
  });

  it('watches neither the client nor the time while no task waits', () => {
    jest.useFakeTimers();
    const works = new Works();
    const closed = jest.fn(open);
    void works.add('a1', closed);

    expect(closed).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('continues after a task that fails, immediately or later', async () => {
    const works = new Works();
    const failing = works.add('a1');
    const thrown = works.queue.run('a', open, () => {
      throw new Error('at once');
    });
    const next = works.add('a2');
    const refused = expect(thrown).rejects.toThrow('at once');
    await works.end('a1', new Error('later'));

    expect(await failing).toBe('later');
    await refused;
    await works.end('a2');
    expect(await next).toBe('a2');
    expect(works.queue.size).toBe(0);
  });

  it('refuses a task when too many wait for its key, and accepts one again afterwards', async () => {
    const works = new Works();
    for (const name of ['a1', 'a2', 'a3']) void works.add(name);

    expect(await works.add('a4')).toBe('overloaded');
    await works.end('a1');
    const later = works.add('a5');
    for (const name of ['a2', 'a3', 'a5']) await works.end(name);

    expect(await later).toBe('a5');
    expect(works.started).toEqual(['a1', 'a2', 'a3', 'a5']);
  });

  it('refuses a task that has waited too long, and leaves no timer behind', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const works = new Works();
    const first = works.add('a1');
    const early = works.add('a2');
    jest.advanceTimersByTime(MAX.milliseconds - 1);
    const late = works.add('a3');
    jest.advanceTimersByTime(1);

    expect(await early).toBe('overloaded');
    await works.end('a1');
    expect(works.started).toEqual(['a1', 'a3']);
    expect(jest.getTimerCount()).toBe(0);
    await works.end('a3');
    expect(await Promise.all([first, late])).toEqual(['a1', 'a3']);
  });

  it('never runs a task whose client disconnects while it waits', async () => {
    const works = new Works();
    const client = new AbortController();
    void works.add('a1');
    const waiting = works.add('a2', () => client.signal);
    const next = works.add('a3');
    client.abort();

    expect(await waiting).toBe('too-slow');
    expect(await works.add('a4', () => client.signal)).toBe('too-slow');
    await works.end('a1');
    await works.end('a3');
    expect(await next).toBe('a3');
    expect(works.started).toEqual(['a1', 'a3']);
  });

  it('runs a task whose client disconnects just as its turn comes, and then the next task', async () => {
    const works = new Works();
    const client = new AbortController();
    const first = works.queue.run('a', open, () => Promise.resolve('first'));
    const second = works.add('a2', () => client.signal);
    const third = works.add('a3');
    await first;
    client.abort();
    await settled();

    expect(works.started).toEqual(['a2']);
    await works.end('a2');
    await works.end('a3');
    expect(await Promise.all([second, third])).toEqual(['a2', 'a3']);
  });
});
