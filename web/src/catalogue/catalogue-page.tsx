import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue } from 'react';
import { useSearchParams } from 'wouter';
import { answerOf, api } from '../api/client.js';
import { messageOf } from '../api/problem.js';
import { usePageTitle } from '../page/use-page-title.js';
import { Waiting } from '../page/waiting.js';
import { ProductCard } from './product-card.js';

const PAGE_SIZE = 24;

export function CataloguePage(): ReactNode {
  usePageTitle('Teas and pots');
  // The search is in the URL, so that a reload keeps it and a link shares it.
  const [params, setParams] = useSearchParams();
  const words = params.get('q') ?? '';
  return (
    <>
      <div className="shop-head">
        <h1>Teas and pots</h1>
        <form role="search" onSubmit={(event) => event.preventDefault()}>
          <label className="hidden" htmlFor="search">
            Search products
          </label>
          <input
            id="search"
            type="search"
            placeholder="Search products"
            maxLength={100}
            value={words}
            onChange={({ target }) => setParams(target.value ? { q: target.value } : {}, { replace: true })}
          />
        </form>
      </div>
      <Products words={useDeferredValue(words.trim())} />
    </>
  );
}

function Products({ words }: { words: string }): ReactNode {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useProducts(words);
  if (error) return <p role="alert">{messageOf(error)}</p>;
  if (!data) return <Waiting />;
  const products = data.pages.flatMap((page) => page.products);
  return (
    <>
      <p className="hidden" role="status">
        {products.length === 0 ? `No products found for ${words}` : `${products.length} products shown`}
      </p>
      {products.length === 0 && <p className="sheet">No product matches “{words}”. Try a shorter word.</p>}
      <ul className="products">
        {products.map((product) => (
          <ProductCard key={product.sku} product={product} />
        ))}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button quiet more"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more
        </button>
      )}
    </>
  );
}

function useProducts(words: string) {
  return useInfiniteQuery({
    queryKey: ['products', words],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, ...(words && { q: words }), ...(pageParam && { cursor: pageParam }) };
      return answerOf(api.GET('/api/products', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}
