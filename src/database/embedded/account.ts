import { readFileSync } from 'node:fs';

/** The system account of the server. */
export interface Account {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root. Root uses one of these existing accounts and creates none. */
const ACCOUNT_NAMES = ['postgres', 'nobody'];

/**
 * Returns the account for the server. Undefined means the account of this process.
 *
 * @throws Error if root finds none of the accounts
 */
export function accountForPostgres(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ACCOUNT_NAMES.map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  if (!found)
    throw new Error(`PostgreSQL refuses root, and none of the accounts ${ACCOUNT_NAMES.join(', ')} exists`);
  return { uid: Number(found[2]), gid: Number(found[3]) };
}
