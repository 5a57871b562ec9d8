import { Controller, Get, Module, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { wantsHtml } from '../http/request/wants-html.js';
import { Problem } from './problem.js';
import { PROBLEM_HELP } from './problem-help.js';
import { PROBLEMS, type ProblemType } from './problem-types.js';

interface ProblemPage {
  type: string;
  title: string;
  status: number;
  help: string;
}

/** Serves the page of a problem type: HTML for a person, JSON for a program. */
@ApiExcludeController()
@Controller('problems')
class ProblemController {
  @Get(':type')
  get(
    @Param('type') type: string,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ProblemPage | string {
    if (!isProblemType(type)) throw new Problem('not-found', 'There is no problem of this type.');
    const [status, title] = PROBLEMS[type];
    const page = { type: `/problems/${type}`, title, status, help: PROBLEM_HELP[type] };
    // CORS may have set `Vary`.
    const vary = [reply.getHeader('vary') ?? [], 'Accept'].flat().join(', ');
    reply.headers({ 'cache-control': 'no-cache', vary });
    if (!wantsHtml(headers.accept)) return page;
    reply.type('text/html; charset=utf-8');
    return toHtml(page);
  }
}

@Module({ controllers: [ProblemController] })
export class ProblemModule {}

function isProblemType(type: string): type is ProblemType {
  return Object.hasOwn(PROBLEMS, type);
}

/** Renders the page. It does not escape, because our texts contain no `<` and no `&`. */
function toHtml({ type, title, status, help }: ProblemPage): string {
  const text = help.replace(/`([^`]+)`/g, '<code>$1</code>');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${title}</title>
    <style>body { font: 1rem/1.6 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }</style>
  </head>
  <body>
    <h1>${title}</h1>
    <p><code>${type}</code>, status ${status}</p>
    <p>${text}</p>
  </body>
</html>
`;
}
