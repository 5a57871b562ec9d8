import { infiniteQueryOptions, queryOptions, useMutation } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.js';
import type { components } from '../api/schema.js';
import { queryClient } from '../basket/keep-basket.js';

export type Overview = components['schemas']['OverviewDto'];
export type CleanupRun = components['schemas']['CleanupRunDto'];

const PAGE_SIZE = 100;
const LIVE_MILLISECONDS = 500;
const CALM_MILLISECONDS = 5_000;

export const overviewQuery = queryOptions({
  queryKey: ['operations', 'overview'],
  queryFn: ({ signal }) => answerOf(api.GET('/api/admin/overview', { signal })),
  refetchInterval: ({ state }) => (state.data?.cleanup.isRunning ? LIVE_MILLISECONDS : CALM_MILLISECONDS),
});

export const runsQuery = infiniteQueryOptions({
  queryKey: ['operations', 'runs'],
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) };
    return answerOf(api.GET('/api/admin/cleanup-runs', { params: { query }, signal }));
  },
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
  select: ({ pages }) => pages.flatMap(({ runs }) => runs),
});

export function useStartRun() {
  return useMutation({
    mutationFn: () => answerOf(api.POST('/api/admin/cleanup-runs')),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['operations'] }),
  });
}

/** The duration of a run in seconds, until now for a running one. */
export function secondsOf({ startedAt, endedAt }: CleanupRun, now = Date.now()): number {
  return ((endedAt ? Date.parse(endedAt) : now) - Date.parse(startedAt)) / 1_000;
}
