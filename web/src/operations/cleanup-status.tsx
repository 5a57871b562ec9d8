import type { ReactNode } from 'react';
import { count } from '../page/money.js';
import { ago, moment } from '../page/time.js';
import type { Overview } from './operations-queries.js';

/** Shows whether the cleanup keeps up, by words and a sign, not by colour alone. */
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
          ? `The oldest waiting session expired ${ago(sessions.oldestExpiredAt)}. The limit is ${limit}.`
          : 'No expired session is waiting.'}
        {cleanup.lastDrainedAt && ` Last complete run: ${moment(cleanup.lastDrainedAt)}.`}
      </p>
      {clock.differs && (
        <p>
          <strong>▲ The cleanup is stopped because the clocks differ</strong>
          <br />
          The database’s clock is {count(Math.abs(Math.round(clock.differenceSeconds)), 'second')}{' '}
          {clock.differenceSeconds > 0 ? 'ahead of' : 'behind'} the shop’s. Either clock may be wrong.
        </p>
      )}
      {isStale && <p>These figures are old, because the shop does not respond.</p>}
    </div>
  );
}

export function Figures({ overview: { sessions, guestBaskets } }: { overview: Overview }): ReactNode {
  const { orphans } = guestBaskets;
  return (
    <dl className="figures">
      <Figure name="Active guest baskets" value={guestBaskets.living} />
      <Figure name="Active sessions" value={sessions.living} />
      <Figure name="Expired sessions" value={sessions.expired} />
      <Figure
        name="Orphaned baskets"
        value={orphans?.count ?? null}
        note={
          orphans ? `${orphans.countedBy}, ${ago(orphans.countedAt)}` : 'Not counted yet. Run baskets:audit.'
        }
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
