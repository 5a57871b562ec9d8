import { isUUID } from 'class-validator';
import { type Command, InvalidArgumentError } from 'commander';
import { ApiKeyService } from '../auth/api-key/api-key.service.js';
import { runWithApplication } from './run-with-application.js';

export function addKeysRevoke(program: Command): void {
  program
    .command('keys:revoke')
    .description('revoke an API key')
    .argument('<id>', 'the id of the key', parseId)
    .action(async (id: string) => {
      await runWithApplication((app) => app.get(ApiKeyService).revoke(id));
      process.stdout.write(`Revoked the API key ${id}.\n`);
    });
}

function parseId(text: string): string {
  if (isUUID(text)) return text;
  throw new InvalidArgumentError('It must be a UUID.');
}
