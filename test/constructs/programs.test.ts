import { describe, expect, test } from '@jest/globals';
import { Adminer, gunicorn, HealthProbes, Postgres, PythonImage, ReleaseJob, ScheduledJob, streamlit, uvicorn, WebService, Worker, type PythonImageProps, type ScheduledJobProps } from '../../constructs';
import { App, Compose, Cron, Kubernetes, Secret, Stack, synthesize, type DurationLike, type GeneratedBuild } from '../../lib';
import { composeOf, IMAGE, problemsOf, shop, textOf } from '../support/stacks';
import { clusterOf } from '../targets/kubernetes/cluster';

const READY = HealthProbes.http({ ready: '/ready' });

describe('a web service', () => {
  test('listens on one port, which others call by its URL', () => {
    const { services } = composeOf(stack => {
      const api = new WebService(stack, 'api', { image: IMAGE, port: 9000, probes: READY });
      new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: READY, env: { API: api.url, HOST: api.host } });
    });
    expect([services['api']!.expose, services['web']!.environment]).toEqual([['9000'], { API: 'http://api:9000', HOST: 'api' }]);
  });

  test('is on the host only where that is asked for', () => {
    const { services } = composeOf(stack => {
      new WebService(stack, 'api', { image: IMAGE, port: 9000, probes: READY });
      new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: READY, published: 3000 });
    });
    expect([services['api']!.ports, services['web']!.ports]).toEqual([undefined, [{ name: 'http', target: 8080, published: '${WEB_HTTP_PORT:-3000}', protocol: 'tcp', host_ip: '127.0.0.1' }]]);
  });

  test('runs as often, and restarts as, it is told', () => {
    const { services } = composeOf(stack => { new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: READY, replicas: 4, restart: 'always' }); });
    expect([services['web']!.deploy!.replicas, services['web']!.restart]).toEqual([4, 'always']);
  });
});

describe('a web service with a port for management', () => {
  const build = (stack: Stack) => new WebService(stack, 'api', { image: IMAGE, port: 8080, ports: { management: 9090 }, probes: HealthProbes.http({ ready: '/actuator/health', port: 'management' }) });

  test('is asked there whether it is well, and called at the other', () => {
    const { services } = composeOf(build);
    expect(services['api']).toMatchObject({ expose: ['8080', '9090'], healthcheck: { test: expect.arrayContaining(['http://127.0.0.1:9090/actuator/health']) } });
    expect(clusterOf(build).container('api').readinessProbe).toMatchObject({ httpGet: { path: '/actuator/health', port: 'management' } });
    expect(`${build(new Stack(new App(), 'shop', 'dev', { targets: [] })).endpoint.port}`).toBe('8080');
  });

  test('is asked at no port but these two', () => {
    const problems = problemsOf(shop(stack => {
      // @ts-expect-error -- neither 'http' nor 'management'
      new WebService(stack, 'api', { image: IMAGE, port: 8080, ports: { management: 9090 }, probes: HealthProbes.http({ ready: '/', port: 'managment' }) });
    }));
    expect(problems).toContain("✖ the probe 'ready' asks the port 'managment', which is not declared\n  at shop/dev/api\n  fix: use one of the declared ports: http, management");
  });
});

describe('a worker', () => {
  test('has no port, and is asked by a program', () => {
    const { services } = composeOf(stack => { new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.command(['/bin/alive']), replicas: 2 }); });
    expect(services['worker']).toMatchObject({ healthcheck: { test: ['CMD', '/bin/alive'] }, deploy: { replicas: 2 } });
    expect(services['worker']!.expose).toBeUndefined();
  });
});

describe('a release job', () => {
  test('runs its command to the end, before those that wait for it', () => {
    const { services } = composeOf(stack => {
      const migrate = new ReleaseJob(stack, 'migrate', { image: IMAGE, command: ['migrate'], check: ['migrate', '--check'] });
      new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: READY, after: [migrate] });
    });
    expect([services['migrate']!.entrypoint, services['web']!.depends_on]).toEqual([['migrate'], { migrate: { condition: 'service_completed_successfully' } }]);
  });
});

describe('a scheduled job', () => {
  const cleanup = (props: Partial<ScheduledJobProps> = {}) => (stack: Stack) => new ScheduledJob(stack, 'cleanUp', {
    image: IMAGE, command: ['rake', 'cleanup'], args: ['--all'], schedule: Cron.daily('03:00', { timeZone: 'Europe/Zurich' }), deadline: '15m', ...props,
  });
  const CLUSTER = { targets: [new Compose(), new Kubernetes()] };

  test('runs its command at its times, and not longer than it may', () => {
    const { file } = composeOf(cleanup());
    expect(file('config/clean-up-schedule/crontab')).toBe('CRON_TZ=Europe/Zurich\n0 3 * * * timeout 900 /etc/compose8s/job\n');
    expect(file('config/clean-up-schedule/job')).toContain('exec rake cleanup --all\n');
    expect(clusterOf(cleanup()).get('CronJob', 'clean-up').spec).toMatchObject({
      schedule: '0 3 * * *', timeZone: 'Europe/Zurich', concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { activeDeadlineSeconds: 900, template: { spec: { containers: [{ command: ['rake', 'cleanup'], args: ['--all'] }] } } } },
    });
  });

  test('may take an hour where nothing else is said', () => {
    expect(composeOf(cleanup({ deadline: undefined })).file('config/clean-up-schedule/crontab')).toContain('timeout 3600 ');
    expect(clusterOf(cleanup({ deadline: undefined })).get('CronJob', 'clean-up').spec.jobTemplate.spec!.activeDeadlineSeconds).toBe(3600);
  });

  test('reaches what it refers to, like any other', () => {
    const build = (stack: Stack) => cleanup({ env: { DATABASE_URL: new Postgres(stack, 'db', { storage: '1Gi' }).url } })(stack);
    expect(composeOf(build).services['clean-up']).toMatchObject({ depends_on: { db: { condition: 'service_healthy' } }, networks: ['clean-up--db'] });
    expect(clusterOf(build).all).toContain('NetworkPolicy/clean-up');
  });

  test('can be run out of its time, as the guide says', () => {
    const guides = synthesize(shop(cleanup(), CLUSTER)).emissions.map(({ files }) => textOf(files, 'OPERATIONS.md'));
    expect(guides[0]).toContain('docker compose run --rm clean-up --all');
    expect(guides[1]).toContain('create job clean-up-now --from=cronjob/clean-up');
  });

  test('with a deadline that is none says so', () => {
    expect(problemsOf(shop(cleanup({ deadline: 'soon' as unknown as DurationLike }), CLUSTER))).toContain("✖ deadline: 'soon' is not a duration\n  at shop/dev/cleanUp");
  });
});

describe('Adminer', () => {
  const adminer = () => composeOf(stack => { new Adminer(stack, 'adminer', { of: new Postgres(stack, 'db', { storage: '1Gi' }), published: 8081 }); }).services['adminer'];

  test('offers the database that it is for, and waits for it', () => {
    expect(adminer()).toMatchObject({ image: 'adminer:5', environment: { ADMINER_DEFAULT_SERVER: 'db' }, networks: ['adminer--db', 'adminer-published'], depends_on: { db: { condition: 'service_healthy' } } });
  });

  test('is for the developer\'s own machine', () => {
    expect(adminer()!.ports).toEqual([{ name: 'http', target: 8080, published: '${ADMINER_HTTP_PORT:-8081}', protocol: 'tcp', host_ip: '127.0.0.1' }]);
  });
});

describe('health probes', () => {
  test('over HTTP ask each path the same way', () => {
    const { ready, alive, started, startup } = HealthProbes.http({ ready: '/r', alive: '/a', started: '/s', port: 'http', headers: { Host: 'x' }, every: '20s', timeout: '2s', failures: 4, startup: '2m' });
    expect([ready, alive, started].map(probe => probe!.check)).toEqual(['/r', '/a', '/s'].map(path => ({ kind: 'http', path, port: 'http', headers: { Host: 'x' } })));
    expect([ready, alive, started].map(probe => [probe!.every, probe!.timeout, probe!.failures])).toEqual(Array(3).fill(['20s', '2s', 4]));
    expect(startup).toBe('2m');
  });

  test('leave out what nobody asked for', () => {
    expect(Object.keys(HealthProbes.http({ ready: '/r' }))).toEqual(['ready', 'startup']);
    expect(Object.keys(HealthProbes.tcp())).toEqual(['ready', 'startup']);
  });

  test('by a program can ask a port for liveness, which needs no dependency', () => {
    expect(HealthProbes.command(['/ok'], { alive: { port: 'sql' } }).alive!.check).toEqual({ kind: 'tcp', port: 'sql' });
  });

  test('by a program can run another one for liveness, as often as it', () => {
    expect(HealthProbes.command(['/ok'], { alive: { command: ['/alive'] }, every: '20s' }).alive).toEqual({ check: { kind: 'command', command: ['/alive'] }, every: '20s' });
  });

  test('of a port that is not declared do not compile', () => {
    composeOf(stack => {
      // @ts-expect-error -- a web service has the port 'http' only
      expect(() => new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: HealthProbes.http({ ready: '/', port: 'htpp' }) })).not.toThrow();
      // @ts-expect-error -- a worker has no port
      expect(() => new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.tcp({ port: 'http' }) })).not.toThrow();
      stack.node.tryRemoveChild('web');
      stack.node.tryRemoveChild('worker');
    });
  });
});

describe('the command line of Gunicorn', () => {
  test('says everything that is known, and keeps workers\' signs of life in memory', () => {
    expect(gunicorn({ app: 'shop.wsgi', port: 9000, workers: 4, workerClass: 'gthread', timeout: '90s', gracefulTimeout: '1m', keepAlive: '1500ms', maxRequests: 1000, maxRequestsJitter: 50 }).join(' ')).toBe(
      'gunicorn shop.wsgi --bind 0.0.0.0:9000 --workers 4 --worker-class gthread --worker-tmp-dir /dev/shm --timeout 90 --graceful-timeout 60 --keep-alive 2 --max-requests 1000 --max-requests-jitter 50 --no-control-socket',
    );
  });

  test('leaves replacing workers to those who ask for it', () => {
    expect(gunicorn({ app: 'shop.wsgi' }).filter(word => word.startsWith('--max'))).toEqual([]);
  });

  test('carries what is wrong with it to the image, or the workload, that takes it', () => {
    const command = gunicorn({ app: 'shop.wsgi', timeout: 'soon' as unknown as DurationLike });
    const { production } = new PythonImage({ name: 'shop', version: '1.0', context: __dirname, port: 8000, command });
    const problems = problemsOf(shop(stack => {
      new WebService(stack, 'web', { image: production, port: 8000, probes: READY });
      new Worker(stack, 'worker', { image: IMAGE, command, probes: HealthProbes.command(['/ok']) });
    }));
    expect(problems.match(/✖ .*\n.*/g)).toEqual(["✖ gunicorn timeout: 'soon' is not a duration\n  at shop/dev/web", "✖ gunicorn timeout: 'soon' is not a duration\n  at shop/dev/worker"]);
  });
});

test('Uvicorn serves on every address of its container, and starts anew at a change where developers ask for it', () => {
  expect(uvicorn({ app: 'shop.main:app', port: 8002, workers: 3, gracefulTimeout: '10s' }).join(' ')).toBe('uvicorn shop.main:app --host 0.0.0.0 --port 8002 --workers 3 --timeout-graceful-shutdown 10');
  expect(uvicorn({ app: 'shop.main:app', reload: true })).toContain('--reload');
});

test('Streamlit opens no browser, sends no statistics and takes no forged request', () => {
  expect(streamlit({ script: 'shop.py', maxUpload: '20Mi' }).join(' ')).toBe(
    'streamlit run shop.py --server.address 0.0.0.0 --server.port 8501 --server.headless true --server.enableXsrfProtection true --server.enableCORS true --server.maxUploadSize 20 --server.fileWatcherType none --browser.gatherUsageStats false --browser.serverAddress localhost',
  );
});

describe('a Python image', () => {
  const image = () => new PythonImage({
    name: 'shop', version: '1.0', context: __dirname, packages: { builder: ['gcc'], runtime: ['libpq5', 'curl'] }, user: { name: 'shop', uid: 1234, gid: 1234 }, folders: ['/srv/media'],
    port: 8000, command: ['serve'], developmentCommand: ['serve', '--reload'],
  });
  const dockerfile = (target: 'production' | 'development') => composeOf(stack => {
    new WebService(stack, 'web', { image: image()[target], port: 8000, probes: READY });
  }).file('images/shop/Dockerfile');

  test('is built in stages: requirements before sources, and only what runs in the end', () => {
    expect(dockerfile('production')).toBe(`FROM python:3.13-slim-bookworm AS builder
# hadolint ignore=DL3008
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends gcc \\
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
RUN python -m venv /opt/venv
COPY requirements.txt requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \\
    /opt/venv/bin/pip install --requirement requirements.txt

FROM python:3.13-slim-bookworm AS production
ENV PATH="/opt/venv/bin:$PATH" \\
    PYTHONUNBUFFERED="1" \\
    PYTHONDONTWRITEBYTECODE="1"
# hadolint ignore=DL3008
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends ca-certificates libpq5 curl \\
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 1234 shop \\
 && useradd --uid 1234 --gid 1234 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin shop \\
 && install --directory --owner=1234 --group=1234 /srv/media
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
COPY . .
USER 1234:1234
EXPOSE 8000
CMD ["serve"]
LABEL org.opencontainers.image.title="shop" \\
      org.opencontainers.image.version="1.0"
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \\
  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8000/ready"]

FROM production AS development
CMD ["serve", "--reload"]
`);
  });

  test('for development is the same with another command', () => {
    expect(dockerfile('development').split('FROM production AS development\n')[1]).toMatch(/^CMD \["serve", "--reload"\]\nLABEL/);
  });

  describe('with more for developers', () => {
    const stagesOf = (props: Partial<PythonImageProps>) => {
      const file = composeOf(stack => {
        const { development } = new PythonImage({ name: 'shop', version: '1.0', context: __dirname, port: 8000, command: ['serve'], ...props });
        new WebService(stack, 'web', { image: development, port: 8000, probes: READY });
      }).file('images/shop/Dockerfile')!;
      return Object.fromEntries(file.split(/^(?=FROM )/m).map(stage => [/AS (\S+)/.exec(stage)![1]!, stage]));
    };

    test('has their packages and requirements in their own stages alone', () => {
      const stages = stagesOf({ packages: { development: ['git'] }, developmentRequirements: 'development.txt' });
      expect(Object.keys(stages)).toEqual(['builder', 'development-builder', 'production', 'development']);
      expect(stages['builder']! + stages['production']!).not.toMatch(/development\.txt|git/);
      expect(stages['development-builder']).toContain('/opt/venv/bin/pip install --requirement development.txt');
      expect(stages['development']).toMatch(/^FROM production AS development\nUSER 0:0\n# hadolint[^]*install --yes --no-install-recommends git[^]*\nUSER 1000:1000\nCOPY --from=development-builder \/opt\/venv \/opt\/venv\nCMD \["serve"\]/);
    });

    test('installs what uv has locked, without the group of developers in production', () => {
      const stages = stagesOf({ installer: 'uv' });
      expect(stages['builder']).toMatch(/pip install uv==[\d.]+\nCOPY pyproject\.toml uv\.lock \.\/\nRUN --mount=type=cache,target=\/root\/\.cache\/uv,sharing=locked \\\n {4}uv sync --locked --no-install-project --no-default-groups\n/);
      expect(stages['development-builder']).toMatch(/uv sync --locked --no-install-project\n/);
      expect(stages['production']).not.toContain('uv');
    });

    test('installs groups of one lock file that several images share', () => {
      const stages = stagesOf({ installer: 'uv', groups: ['api', 'shared'] });
      expect(stages['builder']).toMatch(/uv sync --locked --no-install-project --no-default-groups --group api --group shared\n/);
      expect(stages['development-builder']).toMatch(/uv sync --locked --no-install-project --group api --group shared\n/);
    });

    test.each([
      { installer: 'pip', prop: 'pipConf', id: 'pip-conf', path: '/etc/pip.conf', runs: { builder: 1, 'development-builder': 1 } },
      { installer: 'pip', prop: 'netrc', id: 'netrc', path: '/root/.netrc', runs: { builder: 1, 'development-builder': 1 } },
      { installer: 'uv', prop: 'netrc', id: 'netrc', path: '/root/.netrc', runs: { builder: 2, 'development-builder': 1 } },
    ] as const)('shows the $prop with the token of an index to $installer, wherever that installs, and nowhere else', ({ installer, prop, id, path, runs }) => {
      const key = new Secret(new Stack(new App(), 'shop', 'dev', { targets: [] }), 'pypi', { keys: ['file'] }).key('file');
      const { development } = new PythonImage({ name: 'shop', version: '1.0', context: __dirname, port: 8000, command: ['serve'], installer, [prop]: key, ...(installer === 'pip' ? { developmentRequirements: 'development.txt' } : {}) });
      const { stages, secrets } = development.build as GeneratedBuild;
      expect(secrets).toEqual({ [id]: key });
      expect(stages.flatMap(({ name, instructions }) => {
        const mounting = instructions.filter(one => one.kind === 'run' && one.secrets[id] === path);
        return mounting.length > 0 ? [[name, mounting.length]] : [];
      })).toEqual(Object.entries(runs));
    });

    test('is not given a pip.conf for uv, which reads none', () => {
      expect(problemsOf(shop(stack => {
        const pipConf = new Secret(stack, 'pypi', { keys: ['pip.conf'] }).key('pip.conf');
        const { production } = new PythonImage({ name: 'shop', version: '1.0', context: __dirname, port: 8000, command: ['serve'], installer: 'uv', pipConf });
        new WebService(stack, 'web', { image: production, port: 8000, probes: READY });
      }))).toContain('✖ uv reads no pip.conf\n  at shop/dev/web\n  fix: name the index in pyproject.toml, and give its token as netrc\n');
    });

    test('leaves out what nothing asks for before it is copied to where it runs', () => {
      const { builder, production } = stagesOf({ trim: ['tests', 'pyarrow/*flight*'] });
      expect(builder).toMatch(/pip install[^\n]*\nRUN find \/opt\/venv \\\( -path '\*\/tests' -o -path '\*\/pyarrow\/\*flight\*' \\\) -prune -exec rm -rf \{\} \+\n/);
      expect(production).not.toContain('find');
    });

    test('puts an entry point before every command', () => {
      expect(stagesOf({ entrypoint: ['/app/entrypoint.sh'] })['production']).toContain('ENTRYPOINT ["/app/entrypoint.sh"]\nCMD ["serve"]');
    });
  });

  test('tells of its user, its folders and its tools, so that nobody has to', () => {
    expect(image().production.facts).toEqual({ user: { uid: 1234, gid: 1234 }, tools: ['python', 'shell', 'curl'], folders: ['/srv/media'] });
  });

  test('without curl is checked with Python', () => {
    const { services } = composeOf(stack => {
      new WebService(stack, 'web', { image: new PythonImage({ name: 'shop', version: '1.0', context: __dirname, port: 8000, command: ['serve'] }).production, port: 8000, probes: READY });
    });
    expect((services['web']!.healthcheck!.test as string[]).slice(0, 3)).toEqual(['CMD', 'python', '-c']);
  });
});
