import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition is true. */
export async function eventually(isTrue: () => Promise<boolean>, milliseconds = 15_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('It did not happen.');
    await sleep(50);
  }
}
