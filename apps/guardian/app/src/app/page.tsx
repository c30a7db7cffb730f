import { incidents, reportedToday } from '@/lib/incidents';
import { reporterName } from '@/lib/session';
import { ReportForm } from './report-form';

export default async function Page() {
  const [found, today, reporter] = await Promise.all([incidents(), reportedToday(), reporterName()]);
  return (
    <main>
      <h1>Incidents</h1>
      <p>{today} reported today</p>
      <ReportForm reporter={reporter} />
      <ul>
        {found.map(({ reference, title, severity, reporter: by, reportedAt, resolvedAt }) => (
          <li key={reference} className={resolvedAt ? 'resolved' : undefined}>
            <strong>{title}</strong> ({severity}), {by}, <time dateTime={reportedAt.toISOString()}>{reportedAt.toISOString().slice(0, 16).replace('T', ' ')}</time>
          </li>
        ))}
      </ul>
    </main>
  );
}
