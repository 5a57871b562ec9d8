/** What this shop's paths are below, such as `/shop/basket`; empty: nothing. Known by where this script came from. */
export const BASE_PATH = new URL(import.meta.url).pathname.replace(/\/(assets|src\/page)\/[^/]*$/, '');

/** Two shops on one host share the browser's storage, channels and locks. */
export const NAMESPACE = `basketkeeper${BASE_PATH}`;
