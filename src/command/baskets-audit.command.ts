import type { Command } from 'commander';
import { AuditService, type AuditReport } from '../basket/expiry/audit.service.js';
import { runWithApplication } from './run-with-application.js';

export function addBasketsAudit(program: Command): void {
  program
    .command('baskets:audit')
    .description('check the invariants of the tables; exits with 1 if one is broken')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const report = await runWithApplication((app) => app.get(AuditService).audit());
      process.stdout.write(`${options.json ? JSON.stringify(report) : tableOf(report)}\n`);
      if (!report.isSound) process.exitCode = 1;
    });
}

function tableOf({ invariants, isSound }: AuditReport): string {
  const rows = invariants.map(({ id, rule, count, examples }) => {
    const some = examples.length > 0 ? `\n${' '.repeat(26)}such as ${examples.join(', ')}` : '';
    return `${id.padEnd(16)} ${String(count).padStart(8)} ${rule}${some}`;
  });
  const header = `${'invariant'.padEnd(16)} ${'broken'.padStart(8)} rule`;
  return [header, ...rows, isSound ? 'All invariants hold.' : 'An invariant is broken.'].join('\n');
}
