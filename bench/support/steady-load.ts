import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Sends at a fixed rate, whether answers come or not, and says how long each took, in milliseconds.
 *
 * From the moment when it was due: a server that stalls is not asked less.
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
