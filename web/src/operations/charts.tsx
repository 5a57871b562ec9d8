import { type ReactNode, useMemo } from 'react';
import uPlot from 'uplot';
import { Chart, type Series } from './chart.js';
import { type CleanupRun, secondsOf } from './operations-queries.js';

/**
 * The active sessions and guest baskets over time. Each run of the cleanup counts them at its end.
 */
export function ActiveChart({ runs }: { runs: CleanupRun[] }): ReactNode {
  const data = useMemo((): uPlot.AlignedData => {
    const counted = ended(runs).filter(({ sessionsLiving }) => sessionsLiving !== null);
    return [
      counted.map(({ endedAt }) => Date.parse(endedAt ?? '') / 1_000),
      counted.map(({ sessionsLiving }) => sessionsLiving),
      counted.map(({ guestBasketsLiving }) => guestBasketsLiving),
    ];
  }, [runs]);
  return <Chart title="Active sessions and guest baskets" series={ACTIVE} data={data} />;
}

export function RemovedChart({ runs }: { runs: CleanupRun[] }): ReactNode {
  const data = useMemo((): uPlot.AlignedData => {
    const done = ended(runs);
    return [
      done.map(({ startedAt }) => Date.parse(startedAt) / 1_000),
      done.map(({ sessionsRemoved }) => sessionsRemoved),
      done.map((run) => secondsOf(run)),
    ];
  }, [runs]);
  return <Chart title="Removed sessions and duration of each run" series={REMOVED} data={data} />;
}

const ACTIVE: Series[] = [
  { label: 'Sessions', colour: '--series-1' },
  { label: 'Guest baskets', colour: '--series-2', dash: [6, 4] },
];

const REMOVED: Series[] = [
  { label: 'Sessions removed', colour: '--series-1', isBar: true },
  { label: 'Seconds', colour: '--series-2', scale: 'seconds' },
];

/** The ended runs, oldest first. */
function ended(runs: CleanupRun[]): CleanupRun[] {
  return runs.filter(({ endedAt }) => endedAt !== null).reverse();
}
