import { Logger } from '@nestjs/common';
import { Command } from 'commander';
import { createCommandLogger } from './app/app.logger.js';
import { addBasketsImport } from './command/baskets-import.command.js';
import { addBasketsSweep } from './command/baskets-sweep.command.js';
import { addKeysCreate } from './command/keys-create.command.js';
import { addKeysRevoke } from './command/keys-revoke.command.js';
import { addOpenApiPrint } from './command/openapi-print.command.js';
import { addBasketsAudit } from './command/baskets-audit.command.js';
import { addProductsImport } from './command/products-import.command.js';
import { addSessionsClear } from './command/sessions-clear.command.js';
import { addUsersCreateAdmin } from './command/users-create-admin.command.js';
import { messageOf } from './problem/error-text.js';
import { logProcess } from './app/log-process.js';

// A logger for the time before a command knows its settings.
Logger.overrideLogger(createCommandLogger({ isProduction: false, logLevel: 'info' }));
logProcess();

const program = new Command('cli')
  .description('The command line of Basketkeeper')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError();
addSessionsClear(program);
addBasketsAudit(program);
addBasketsSweep(program);
addBasketsImport(program);
addProductsImport(program);
addUsersCreateAdmin(program);
addKeysCreate(program);
addKeysRevoke(program);
addOpenApiPrint(program);

// A reader such as `| head` may close the pipe early.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
// A signal handler must not keep a finished command alive. But the pipe must take all output first.
process.stdout.write('', () => process.exit());
