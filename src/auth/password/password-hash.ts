/**
 * The usable password hashes, as a regular expression for JavaScript and for PostgreSQL.
 *
 * Matches Argon2 in its PHC string format, with or without Django's prefix `argon2`, and Django's
 * PBKDF2. The bounds keep one verification below about two seconds and 200 MB, because it occupies
 * a hash slot. The default of Django 5.2 is 102,400 KiB and 2 passes, or 1,000,000 iterations. Ours
 * is 19,456 KiB and 2 passes.
 */
export const USABLE_HASH = (() => {
  const below200000 = '(?:[1-9]\\d{0,4}|1\\d{5})';
  const below4000000 = '(?:[1-9]\\d{0,5}|[1-3]\\d{6})';
  const base64 = '[A-Za-z0-9+/]';
  const argon2Settings = `v=(?:16|19)\\$m=${below200000},t=[1-9],p=(?:[1-9]|1[0-6])`;
  const argon2 = `(?:argon2)?\\$argon2(?:id|i|d)\\$${argon2Settings}\\$${base64}{11,86}\\$${base64}{22,86}`;
  const [sha256, sha1] = [`${base64}{43}=`, `${base64}{27}=`];
  const pbkdf2 = (digest: string, hash: string) =>
    `pbkdf2_${digest}\\$${below4000000}\\$[^$]{1,128}\\$${hash}`;
  return `^(?:${argon2}|${pbkdf2('sha256', sha256)}|${pbkdf2('sha1', sha1)})$`;
})();

const usable = new RegExp(USABLE_HASH);

/**
 * Returns false for a malformed hash, for one above a bound, and for Django's `!` of a user without
 * a password.
 */
export function isUsableHash(hash: string): boolean {
  return usable.test(hash);
}
