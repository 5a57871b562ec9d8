import { isNativeError } from 'node:util/types';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/** Node's codes for a server that can't be reached or has stopped. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ERR_STREAM_DESTROYED',
]);

/**
 * PostgreSQL's classes of codes for a server that takes no work now: 08 connection exception, 28 invalid authorization,
 * 3D invalid catalog name, 53 insufficient resources, 57 operator intervention, 58 system error.
 *
 * A transaction that failed because of others says "not now" as well. 25P02 (a statement after a failed one) is not here: only
 * an error of this program sends it.
 */
const TEMPORARY = /^(08|28|3D|53|57|58)/;
const TEMPORARY_CODES = new Set([
  '25006', // read_only_sql_transaction: a standby
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
  '40001', // serialization_failure, after the last try
  '40P01', // deadlock_detected, after the last try
  '55006', // object_in_use
  '55P03', // lock_not_available: lock_timeout
]);

/** Errors of pg and TypeORM without a code. */
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Received unexpected|Cannot use a pool after calling end|Driver not Connected)/;

/**
 * Says whether an error means that the database can't do it now,
 * though nothing is wrong with the request or this program.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  if (isReleased(error) || isTemporaryCode(codeOf(error)) || isOfConnecting(error)) return true;
  return UNAVAILABLE_MESSAGE.test(error.message) || causesOf(error).some(isDatabaseUnavailable);
}

/** The code of PostgreSQL or Node, of the error itself or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : causesOf(error).map(codeOf).find(Boolean);
}

function isTemporaryCode(code: string | undefined): boolean {
  if (code === undefined) return false;
  return NETWORK.has(code) || TEMPORARY_CODES.has(code) || (code.length === 5 && TEMPORARY.test(code));
}

/** A connection died, and TypeORM has given its query runner back before the work was done. */
function isReleased(error: Error): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** Such as too many open files, or the path of a socket that is not there. */
function isOfConnecting(error: Error): boolean {
  return ['connect', 'getaddrinfo'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}

/** Node tries every address of a name and gathers the failures; TypeORM keeps the driver's error. */
function causesOf(error: Error): unknown[] {
  const { errors, driverError } = error as { errors?: unknown[]; driverError?: unknown };
  return [...(errors ?? []), error.cause, driverError];
}
