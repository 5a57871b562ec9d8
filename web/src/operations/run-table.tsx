import type { ReactNode } from 'react';
import { moment } from '../page/time.js';
import { type CleanupRun, secondsOf } from './operations-queries.js';

export function RunTable({ runs, onOlder }: { runs: CleanupRun[]; onOlder?: () => void }): ReactNode {
  return (
    <section className="runs">
      <h2 id="runs-title">Cleanup runs</h2>
      {runs.length === 0 && <p>There was no run in the last 90 days.</p>}
      {/* The table scrolls separately on a narrow screen, also by keyboard. */}
      <div className="table-scroll" tabIndex={0} role="region" aria-labelledby="runs-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Started by</th>
              <th scope="col">Sessions</th>
              <th scope="col">Baskets</th>
              <th scope="col">Seconds</th>
              <th scope="col">Remaining</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row key={run.id} run={run} />
            ))}
          </tbody>
        </table>
      </div>
      {onOlder && (
        <button type="button" className="button quiet" onClick={onOlder}>
          Show older runs
        </button>
      )}
    </section>
  );
}

/** For a run without a recorded end. The next run closes it. */
function lastSeenText({ lastSeenAt }: CleanupRun): string {
  return lastSeenAt ? `no sign of life since ${moment(lastSeenAt)}` : 'no sign of life';
}

function Row({ run }: { run: CleanupRun }): ReactNode {
  const figure = (value: number | null) => value?.toLocaleString('en') ?? '–';
  return (
    <tr className={run.stopReason === 'failed' ? 'failed' : undefined}>
      <th scope="row">
        <time dateTime={run.startedAt}>{moment(run.startedAt)}</time>
      </th>
      <td>
        {run.trigger}, {run.host}
      </td>
      <td>{figure(run.sessionsRemoved)}</td>
      <td>{figure(run.basketsRemoved)}</td>
      <td>{run.endedAt ? secondsOf(run).toFixed(1) : '–'}</td>
      <td>{figure(run.sessionsLeft)}</td>
      <td>{run.error ?? run.stopReason ?? (run.isUnseen ? lastSeenText(run) : 'running')}</td>
    </tr>
  );
}
