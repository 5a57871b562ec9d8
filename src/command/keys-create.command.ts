import { length } from 'class-validator';
import { type Command, InvalidArgumentError } from 'commander';
import { API_KEY_NAME_LENGTH, toNewApiKeyDto } from '../auth/api-key/api-key.dto.js';
import { API_KEY_SCOPES, type ApiKeyScope } from '../auth/api-key/api-key-scopes.js';
import { ApiKeyService } from '../auth/api-key/api-key.service.js';
import { PRINTABLE } from '../http/input/printable.js';
import { runWithApplication } from './run-with-application.js';

interface Options {
  scopes: ApiKeyScope[];
  json?: true;
}

export function addKeysCreate(program: Command): void {
  program
    .command('keys:create')
    .description('create an API key for a program of the shop, and print it')
    .argument('<name>', 'where the key is used', parseName)
    .requiredOption('--scopes <list>', `comma separated: ${API_KEY_SCOPES.join(', ')}`, parseScopes)
    .option('--json', 'print one JSON object')
    .action(async (name: string, { scopes, json }: Options) => {
      const created = toNewApiKeyDto(
        await runWithApplication((app) => app.get(ApiKeyService).create(name, scopes)),
      );
      const sentence = `Created the API key ${name} with the id ${created.id}: ${created.key}`;
      process.stdout.write(`${json ? JSON.stringify(created) : sentence}\n`);
    });
}

function parseName(text: string): string {
  const { min, max } = API_KEY_NAME_LENGTH;
  if (length(text, min, max) && PRINTABLE.test(text)) return text;
  throw new InvalidArgumentError(`It must have ${min} to ${max} characters, and no control characters.`);
}

function parseScopes(text: string): ApiKeyScope[] {
  const names = text.split(',').map((name) => name.trim());
  if (new Set(names).size === names.length && names.every(isScope)) return names;
  throw new InvalidArgumentError('It must be a list of different scopes, separated by commas.');
}

function isScope(text: string): text is ApiKeyScope {
  return API_KEY_SCOPES.includes(text as ApiKeyScope);
}
