import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Redirect } from 'wouter';
import { ApiProblem, messageOf } from '../api/problem.js';
import { usePageTitle } from '../page/use-page-title.js';
import { Waiting } from '../page/waiting.js';
import { useUser } from '../account/user.js';
import { ClearNow } from './clear-now.js';
import { ActiveChart, RemovedChart } from './charts.js';
import { overviewQuery, runsQuery } from './operations-queries.js';
import { RunTable } from './run-table.js';
import { Figures, CleanupStatus } from './cleanup-status.js';
import '../style/operations.css';

/** The page for admins. `lazy` needs the default export. */
export default function OperationsPage(): ReactNode {
  usePageTitle('Operations');
  const user = useUser();
  if (user === undefined) return <Waiting />;
  if (user === null) return <Redirect to="/login?to=/operations" replace />;
  if (user.role === 'admin') return <Operations />;
  return (
    <section className="sheet">
      <h1>Operations</h1>
      <p>Only admins can see this page. Log in as an admin.</p>
    </section>
  );
}

function Operations(): ReactNode {
  const { data: overview, error, dataUpdatedAt } = useQuery(overviewQuery);
  const { data: runs, fetchNextPage, hasNextPage, refetch } = useInfiniteQuery(runsQuery);
  // Fetches the runs again with each new overview, so that both show the same moment.
  useEffect(() => void refetch(), [dataUpdatedAt, refetch]);
  if (error && !overview) return <p role="alert">{explain(error)}</p>;
  if (!overview || !runs) return <Waiting />;
  return (
    <div className="operations">
      <h1>Operations</h1>
      <CleanupStatus overview={overview} isStale={error !== null} />
      <Figures overview={overview} />
      <ClearNow overview={overview} lastRun={runs[0]} />
      <div className="charts">
        <ActiveChart runs={runs} />
        <RemovedChart runs={runs} />
      </div>
      <RunTable runs={runs} onOlder={hasNextPage ? () => void fetchNextPage() : undefined} />
    </div>
  );
}

function explain(error: Error): string {
  const isElsewhere = error instanceof ApiProblem && error.status === 404;
  return isElsewhere
    ? 'The operations page is on another port (OPERATIONS_PORT). Open /operations there.'
    : messageOf(error);
}
