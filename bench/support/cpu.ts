import { readdir, readFile } from 'node:fs/promises';

/** Linux counts CPU time in hundredths of a second. */
const TICKS_A_SECOND = 100;

/** Milliseconds of CPU used so far, by process id. */
export type CpuTimes = Map<number, number>;

export async function cpuOf(pids: number[]): Promise<CpuTimes> {
  const entries = await Promise.all(
    pids.map(async (pid): Promise<[number, number]> => [pid, (await statOf(pid)).cpu]),
  );
  return new Map(entries);
}

/** Returns a process and its children, such as a PostgreSQL server with all its backends. */
export async function familyOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const stats = await Promise.all(pids.map(async (pid) => ({ pid, ...(await statOf(pid)) })));
  return [parent, ...stats.filter((stat) => stat.parent === parent).map(({ pid }) => pid)];
}

/**
 * Returns the CPU time between two readings. A process that has ended counts with its last reading.
 */
export function cpuBetween(before: CpuTimes, after: CpuTimes): number {
  return [...after].reduce((sum, [pid, cpu]) => sum + Math.max(0, cpu - (before.get(pid) ?? 0)), 0);
}

async function statOf(pid: number): Promise<{ parent: number; cpu: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program, in brackets, may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return { parent: Number(fields[1] ?? 0), cpu: (ticks * 1_000) / TICKS_A_SECOND };
}
