import { type ReactNode, useState } from 'react';
import { messageOf } from '../api/problem.js';
import { count } from '../page/money.js';
import { type CleanupRun, type Overview, secondsOf, useStartRun } from './operations-queries.js';

export function ClearNow({ overview, lastRun }: { overview: Overview; lastRun?: CleanupRun }): ReactNode {
  const start = useStartRun();
  const [startedId, setStartedId] = useState<string | null>(null);
  const isRunning = overview.cleanup.isRunning;
  return (
    <section className="clear" aria-label="Clear now">
      <button
        type="button"
        className="button"
        disabled={isRunning || start.isPending}
        onClick={() => start.mutate(undefined, { onSuccess: ({ id }) => setStartedId(id) })}
      >
        Clear now
      </button>
      {lastRun && (isRunning || lastRun.id === startedId) && (
        <Progress run={lastRun} waiting={overview.sessions.expired} />
      )}
      {start.error && <p role="alert">{messageOf(start.error)}</p>}
    </section>
  );
}

function Progress({ run, waiting }: { run: CleanupRun; waiting: number }): ReactNode {
  const { sessionsRemoved: done, basketsRemoved, endedAt, stopReason } = run;
  const removed = `Removed ${count(done, 'session')} and ${count(basketsRemoved, 'basket')}`;
  return (
    <>
      <progress
        aria-label="Expired sessions removed"
        value={endedAt ? 1 : done}
        max={endedAt ? 1 : Math.max(1, done + waiting)}
      />
      <p role="status">
        {endedAt
          ? `${removed} in ${secondsOf(run).toFixed(1)} s. Stop reason: ${stopReason}.`
          : `${removed}. Waiting: ${count(waiting, 'session')}.`}
      </p>
    </>
  );
}
