/**
 * SQL: the database's time in milliseconds since 1970, the unit of `sessions.expired_at`.
 *
 * Use it for everything that expires, because the clock of one instance may be wrong. An index can
 * use `statement_timestamp()` as a bound, because it is stable. `clock_timestamp()` is volatile.
 * See docs/decisions/11-database-clock.md.
 */
export const DATABASE_NOW = '(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
