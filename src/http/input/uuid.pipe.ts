import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { invalidInput } from './validation.pipe.js';

/** Documents an id in a path. */
export const ID_PARAM = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

/** Checks that the id in a path is a UUID, and returns it as PostgreSQL writes it. */
@Injectable()
export class UuidPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (isUUID(id)) return id.toLowerCase();
    throw invalidInput([{ field: 'id', message: 'id must be a UUID' }]);
  }
}
