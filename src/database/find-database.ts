import { Environment } from '../config/environment.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';

/** A database to work on, and how to release it. */
export interface FoundDatabase {
  url: string;
  /** Stops the embedded server, if that is what it is and nobody else uses it. */
  release(): Promise<void>;
}

/** The server of `DATABASE_URL`, or else the embedded one. */
export async function findDatabase({
  databaseUrl,
}: Pick<Environment, 'databaseUrl'>): Promise<FoundDatabase> {
  if (databaseUrl) return { url: databaseUrl, release: () => Promise.resolve() };
  const embedded = await startEmbeddedPostgres();
  return { url: embedded.url, release: () => embedded.stop() };
}
