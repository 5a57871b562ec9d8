import { ApiHeader } from '@nestjs/swagger';

/** The headers of an answer with a basket. */
export const BASKET_HEADERS = {
  ETag: {
    description: '`"<id>.<version>"`, or `"none"` without a basket.',
    schema: { type: 'string' as const },
  },
};

export function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The `ETag` of the basket that the shopper saw; when it has changed since, the answer is 412.',
  });
}

export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'A name of your own for this request, 1 to 255 characters. Sent again within 24 hours, also after a login, it changes nothing and answers as the first time, with the basket as it is now.',
  });
}
