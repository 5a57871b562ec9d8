import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '../basket/keep-basket.js';
import { OperationsApp } from './operations-app.js';
import '../style/ground.css';
import '../style/controls.css';
import '../style/page.css';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <OperationsApp />
    </QueryClientProvider>
  </StrictMode>,
);
