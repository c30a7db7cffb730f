import { commandLine, Size, type CommandLine, type SizeLike } from '../lib/model';

/** The script that Streamlit serves. */
export interface StreamlitProps {
  /** Relative to the sources: `dashboard.py`. */
  readonly script: string;
  /** The port that it listens on, at all addresses. Default: 8501. */
  readonly port?: number;
  /** Runs the script again when it changes: for developers. Default: false. */
  readonly reload?: boolean;
  /** The largest file that a visitor may send. Default: 50 MiB. A proxy in front has a limit of its own. */
  readonly maxUpload?: SizeLike;
}

/**
 * The command line of Streamlit: no browser, protection against forged requests, no statistics sent. Its pages talk over a WebSocket:
 * a proxy in front needs `webSocket` for its route, and `/_stcore/health` tells that it is well.
 */
export function streamlit({ script, port = 8501, reload = false, maxUpload = '50Mi' }: StreamlitProps): CommandLine {
  return commandLine(attempt => [
    'streamlit', 'run', script,
    '--server.address', '0.0.0.0',
    '--server.port', `${port}`,
    '--server.headless', 'true',
    '--server.enableXsrfProtection', 'true',
    '--server.enableCORS', 'true',
    '--server.maxUploadSize', `${attempt('streamlit maxUpload', () => Math.ceil(Size.of(maxUpload).bytes / 2 ** 20), 50)}`,
    '--server.fileWatcherType', reload ? 'auto' : 'none',
    '--browser.gatherUsageStats', 'false',
    // It is only printed; without it, it asks a server on the internet for its own address.
    '--browser.serverAddress', 'localhost',
  ]);
}
