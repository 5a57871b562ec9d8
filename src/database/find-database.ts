import { Environment } from '../config/environment.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';

/** A database and a function to release it. */
export interface FoundDatabase {
  url: string;
  /** Stops the embedded server if no other process uses it. */
  release(): Promise<void>;
}

/** Finds the database of `DATABASE_URL`, or starts the embedded one. */
export async function findDatabase({
  databaseUrl,
}: Pick<Environment, 'databaseUrl'>): Promise<FoundDatabase> {
  if (databaseUrl) return { url: databaseUrl, release: () => Promise.resolve() };
  const embedded = await startEmbeddedPostgres();
  return { url: embedded.url, release: () => embedded.stop() };
}
