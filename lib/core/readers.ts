let isOutliving = false;

/** Goes on in silence where whoever reads has heard enough (`| head -1`): what was begun is done all the same. */
export function outliveReaders(): void {
  if (isOutliving) return;
  isOutliving = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
