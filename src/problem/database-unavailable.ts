import { isNativeError } from 'node:util/types';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/** Node's codes for a server that is unreachable or has stopped. */
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
 * PostgreSQL's error classes for a server that is unavailable: 08 connection exception, 28 invalid
 * authorization, 3D invalid catalog name, 53 insufficient resources, 57 operator intervention, 58
 * system error.
 *
 * `TEMPORARY_CODES` adds single codes, such as those of a conflict with another transaction. 25P02
 * (a statement after a failed one) is not included: only a bug of this program causes it.
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
 * Says whether the database is unavailable for now. Neither the request nor this program is then
 * the cause of the error.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  if (isReleased(error) || isTemporaryCode(codeOf(error)) || isConnectError(error)) return true;
  return UNAVAILABLE_MESSAGE.test(error.message) || causesOf(error).some(isDatabaseUnavailable);
}

/** Returns the code of PostgreSQL or Node, of the error itself or of its cause. */
export function codeOf(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : causesOf(error).map(codeOf).find(Boolean);
}

function isTemporaryCode(code: string | undefined): boolean {
  if (code === undefined) return false;
  return NETWORK.has(code) || TEMPORARY_CODES.has(code) || (code.length === 5 && TEMPORARY.test(code));
}

/** Says whether TypeORM has released the query runner too early, because the connection died. */
function isReleased(error: Error): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** Says whether connecting failed, for example with too many open files or without the socket. */
function isConnectError(error: Error): boolean {
  return ['connect', 'getaddrinfo'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}

/**
 * Returns the causes of an error. Node has one error per address of a host name, and TypeORM keeps
 * the error of the driver.
 */
function causesOf(error: Error): unknown[] {
  const { errors, driverError } = error as { errors?: unknown[]; driverError?: unknown };
  return [...(errors ?? []), error.cause, driverError];
}
