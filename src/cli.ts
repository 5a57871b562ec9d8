import { Logger } from '@nestjs/common';
import { Command } from 'commander';
import { createCommandLogger } from './app/app.logger.js';
import { addBasketsImport } from './command/baskets-import.command.js';
import { addBasketsSweep } from './command/baskets-sweep.command.js';
import { addOpenApiPrint } from './command/openapi-print.command.js';
import { addBasketsAudit } from './command/baskets-audit.command.js';
import { addProductsImport } from './command/products-import.command.js';
import { addSessionsClear } from './command/sessions-clear.command.js';
import { addUsersCreateAdmin } from './command/users-create-admin.command.js';
import { messageOf } from './problem/error-text.js';
import { logProcess } from './app/log-process.js';

// Until a command knows the settings.
Logger.overrideLogger(createCommandLogger({ isProduction: false, logLevel: 'info' }));
logProcess();

const program = new Command('cli')
  .description('Basketkeeper on the command line')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError();
addSessionsClear(program);
addBasketsAudit(program);
addBasketsSweep(program);
addBasketsImport(program);
addProductsImport(program);
addUsersCreateAdmin(program);
addOpenApiPrint(program);

// As of `| head`, which has read enough.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
// Whatever still listens for signals must not keep a finished command alive; what a pipe has not taken yet would be lost.
process.stdout.write('', () => process.exit());
