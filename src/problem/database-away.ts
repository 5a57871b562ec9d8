import { isNativeError } from 'node:util/types';

/** Node's codes for a server that can't be reached or went away, and PostgreSQL's for one that takes no work. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '53300', // too_many_connections
  '55P03', // lock_not_available: lock_timeout
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
]);

/** What pg throws without a code. */
const AWAY_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/** Whether an error means that the database can't answer now: class 08 and the codes and messages above. */
export function isDatabaseAway(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (AWAY.has(code) || /^08...$/.test(code))) return true;
  return AWAY_MESSAGE.test(error.message) || causesOf(error).some(isDatabaseAway);
}

/** Node tries every address of a name and gathers the failures; TypeORM keeps the driver's error. */
function causesOf(error: Error): unknown[] {
  const { errors, driverError } = error as { errors?: unknown[]; driverError?: unknown };
  return [...(errors ?? []), error.cause, driverError];
}
