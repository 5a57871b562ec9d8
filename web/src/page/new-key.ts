let created = 0;

/** Returns an `Idempotency-Key`. Later keys of one tab sort after earlier ones. */
export function newKey(): string {
  const random = crypto.getRandomValues(new Uint32Array(3));
  return [Date.now(), String(++created).padStart(6, '0'), ...random].join('-');
}
