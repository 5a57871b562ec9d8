import type { Problem } from '../../../problem/problem.js';
import type { ChangeProblemDto, ChangeResultDto } from './changes.dto.js';
import type { ChangeOutcome } from './decide-changes.js';

export function toChangeResults(outcomes: readonly ChangeOutcome[]): ChangeResultDto[] {
  return outcomes.map(({ lineId, quantity, problem }, index) => ({
    index,
    lineId,
    done: problem === null,
    quantity,
    problem: problem && toProblemDto(problem),
  }));
}

function toProblemDto({ type, title, status, message, members }: Problem): ChangeProblemDto {
  return { type: `/problems/${type}`, title, status, detail: message, ...members };
}
