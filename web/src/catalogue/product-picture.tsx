import { type ReactNode, useState } from 'react';
import { BASE_PATH } from '../page/base-path.js';

/** A product without a picture, or with one that can't be loaded, gets a plain one. The name stands beside it. */
export function ProductPicture({ url }: { url: string | null }): ReactNode {
  const [failed, setFailed] = useState<string | null>(null);
  const source = url && url !== failed ? url : `${BASE_PATH}/products/plain.svg`;
  return (
    <img
      className="picture"
      src={source}
      alt=""
      width="160"
      height="120"
      loading="lazy"
      onError={() => setFailed(url)}
    />
  );
}
