import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { invalidInput } from './validation.pipe.js';

/** An id in a path. */
@Injectable()
export class UuidPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (isUUID(id)) return id;
    throw invalidInput([{ field: 'id', message: 'id must be a UUID' }]);
  }
}
