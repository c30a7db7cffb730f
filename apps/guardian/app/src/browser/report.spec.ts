import { expect, test } from '@playwright/test';

test('somebody reports an incident, and the page remembers who', async ({ page }) => {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', message => { if (message.type() === 'error') faults.push(message.text()); });
  const title = `A door stands open ${Date.now()}`;

  await page.goto('/');
  await page.getByLabel('What happened?').fill(title);
  await page.getByLabel('Severity').selectOption('high');
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Report' }).click();

  await expect(page.getByRole('listitem').filter({ hasText: title })).toContainText('(high), Ada');
  await page.reload();
  await expect(page.getByLabel('Your name')).toHaveValue('Ada');
  expect(faults).toEqual([]);
});
