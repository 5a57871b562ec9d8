import { CreateSchema1795467218643 } from './migrations/1795467218643-CreateSchema.js';

/** In the order in which they run. A list, not a glob: it is the same from source, when built and in tests. */
export const MIGRATIONS = [CreateSchema1795467218643];
