import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import './site.css';

// Each page has its own nonce: none can be made beforehand.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = { title: 'Guardian', description: 'Incidents, and who reported them', icons: '/icon.svg' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
