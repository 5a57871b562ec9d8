import type { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import { isEmail } from 'class-validator';
import { UserService } from '../auth/user/user.service.js';
import { runWithApplication } from './run-with-application.js';

export function addUsersCreateAdmin(program: Command): void {
  program
    .command('users:create-admin')
    .description('create an admin; an existing user becomes an admin and keeps the password')
    .argument('<email>', 'the email address', parseEmail)
    .action(async (email: string) => {
      const password = randomBytes(18).toString('base64url');
      const isNew = await runWithApplication((app) => app.get(UserService).createAdmin(email, password));
      const sentence = isNew
        ? `Created the admin ${email} with the password ${password}`
        : `${email} is now an admin.`;
      process.stdout.write(`${sentence}\n`);
    });
}

function parseEmail(text: string): string {
  if (isEmail(text)) return text;
  throw new InvalidArgumentError('It must be an email address.');
}
