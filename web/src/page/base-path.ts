/**
 * The prefix of this shop's paths, such as `/shop/basket`, or ''. Derived from the address of this
 * script.
 */
export const BASE_PATH = new URL(import.meta.url).pathname.replace(/\/(assets|src\/page)\/[^/]*$/, '');

/**
 * Two shops on one host share the browser's storage, channels and locks, so the names include the
 * path.
 */
export const NAMESPACE = `basketkeeper${BASE_PATH}`;
