-- Used by: each run of the cleanup, for runs whose process has ended.
-- Locks: the runs, without those that are locked.

UPDATE cleanup_runs
SET
  ended_at = coalesce(last_seen_at, started_at),
  stop_reason = 'failed',
  error = 'The process ended or hung: the run gave no sign of life after ended_at.'
WHERE
  id IN (
    SELECT id
    FROM cleanup_runs r
    WHERE
      (
        r.ended_at IS NULL
        AND CASE
          WHEN r.last_seen_at IS NULL THEN r.started_at < statement_timestamp() - interval '1 day'
          ELSE r.last_seen_at < statement_timestamp() - interval '5 minutes'
        END
      )
    FOR UPDATE SKIP LOCKED
  )
