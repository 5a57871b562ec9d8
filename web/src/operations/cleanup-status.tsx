import type { ReactNode } from 'react';
import { count } from '../page/money.js';
import { ago, moment } from '../page/time.js';
import type { Overview } from './operations-queries.js';

/** Whether the cleanup keeps up: in words and by a sign, not by a colour alone. */
export function CleanupStatus({ overview, isStale }: { overview: Overview; isStale: boolean }): ReactNode {
  const { cleanup, sessions, clock } = overview;
  const limit = count(Math.round(cleanup.limitSeconds / 60), 'minute');
  return (
    <div
      className={cleanup.isBehind || clock.differs ? 'cleanup-status behind' : 'cleanup-status'}
      role="status"
    >
      <p>
        <strong>{cleanup.isBehind ? '▲ The cleanup is behind' : '✓ The cleanup keeps up'}</strong>
        <br />
        {sessions.oldestExpiredAt
          ? `The oldest expired session ran out ${ago(sessions.oldestExpiredAt)}; up to ${limit} is fine.`
          : 'No expired session is waiting.'}
        {cleanup.lastDrainedAt && ` Last finished ${moment(cleanup.lastDrainedAt)}.`}
      </p>
      {clock.differs && (
        <p>
          <strong>▲ No cleanup runs: the clocks differ</strong>
          <br />
          The database’s clock is {count(Math.abs(Math.round(clock.differenceSeconds)), 'second')}{' '}
          {clock.differenceSeconds > 0 ? 'ahead of' : 'behind'} the shop’s. Either can be the wrong one.
        </p>
      )}
      {isStale && <p>These figures are old: the shop does not answer.</p>}
    </div>
  );
}

export function Figures({ overview: { sessions, guestBaskets } }: { overview: Overview }): ReactNode {
  const { orphans } = guestBaskets;
  return (
    <dl className="figures">
      <Figure name="Active guest baskets" value={guestBaskets.living} />
      <Figure name="Active sessions" value={sessions.living} />
      <Figure name="Expired, waiting" value={sessions.expired} />
      <Figure
        name="Orphaned baskets"
        value={orphans?.count ?? null}
        note={orphans ? `${orphans.countedBy}, ${ago(orphans.countedAt)}` : 'not counted: run baskets:audit'}
      />
    </dl>
  );
}

function Figure(props: { name: string; value: number | null; note?: string }): ReactNode {
  const { name, value, note } = props;
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        {value?.toLocaleString('en') ?? '–'}
        {note && <span className="figure-note">{note}</span>}
      </dd>
    </div>
  );
}
