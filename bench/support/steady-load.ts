import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Sends requests at a fixed rate, and returns how long each took, in milliseconds.
 *
 * The time counts from the moment when the request was due, so a server that stalls does not get
 * fewer requests.
 */
export async function steadyLoad(
  perSecond: number,
  seconds: number,
  send: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const start = performance.now();
  const sent: Promise<number>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = start + (n * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    sent.push(send(n).then(() => performance.now() - due));
  }
  return Promise.all(sent);
}
