/**
 * The database's time in milliseconds since 1970, the unit of `sessions.expired_at`.
 *
 * Whatever removes or expires reads this clock in the statement that does it: the clock of one instance may be wrong.
 * `statement_timestamp()` is stable, so an index can use it as a bound; `clock_timestamp()` is volatile and can't be one.
 */
export const DATABASE_NOW = '(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
