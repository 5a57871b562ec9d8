import { readFileSync } from 'node:fs';

/** The system account that PostgreSQL runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root, so root lends it an account that exists anyway; it makes none. */
const ACCOUNT_NAMES = ['postgres', 'nobody'];

/**
 * Undefined: this process's own account will do.
 *
 * @throws Error when root finds no account to lend.
 */
export function accountForPostgres(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ACCOUNT_NAMES.map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  if (!found)
    throw new Error(`none of the accounts ${ACCOUNT_NAMES.join(', ')} exists, and PostgreSQL refuses root`);
  return { uid: Number(found[2]), gid: Number(found[3]) };
}
