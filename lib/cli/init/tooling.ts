/** The files of a new project that tools read. `dependencies`: this package, and what it is used with. */
export function tooling(name: string, dependencies: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    'package.json': `${JSON.stringify({
      name, private: true,
      scripts: {
        synth: 'compose8s synth', watch: 'compose8s synth --watch', diff: 'compose8s diff', list: 'compose8s list',
        test: 'tsc --noEmit && jest',
      },
      dependencies,
      devDependencies: { '@jest/globals': '^29.7.0', '@types/node': '^20.19.0', jest: '^29.7.0', tsx: '^4.20.0', typescript: '^6.0.0' },
    }, null, 2)}\n`,
    'cdk8s.yaml': 'language: typescript\napp: node --require tsx/cjs main.ts\n',
    'tsconfig.json': `${JSON.stringify({ compilerOptions: { target: 'es2022', module: 'node16', types: ['node'], strict: true, skipLibCheck: true, noEmit: true }, include: ['*.ts'] }, null, 2)}\n`,
    'jest.config.cjs': "module.exports = {\n  testMatch: ['<rootDir>/*.test.ts'],\n  transform: { '\\\\.ts$': '<rootDir>/jest.transform.cjs' },\n};\n",
    'jest.transform.cjs': `// The compiler itself turns each file into JavaScript for jest; \`npm test\` has it check the types before.
const ts = require('typescript');

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true, inlineSourceMap: true };
module.exports = { process: (source, fileName) => ({ code: ts.transpileModule(source, { fileName, compilerOptions }).outputText }) };
`,
    '.gitignore': 'node_modules/\n# Made by `npm run synth`.\ndist/\n# Values of secrets are nobody else\'s business.\nsecrets/\n',
    '.github/workflows/ci.yaml': workflow(name),
    'README.md': `# ${name}

\`\`\`sh
npm install
npm test                                # types and behaviour
npm run synth                           # writes dist/${name}/{dev,prod}/{compose,kubernetes}/
npx compose8s secrets init ${name}/dev  # makes what is missing
docker compose --project-directory dist/${name}/dev/compose up --build --wait
\`\`\`

Then look at http://localhost:8080. \`stack.ts\` says what runs, \`main.ts\` where; \`npx compose8s --help\` says what else there is.

Commit \`package-lock.json\`, by which CI installs the same packages, and \`__snapshots__/\`, which the first run of the tests
writes: CI then shows what a change of the program does to both targets.
`,
  };
}

function workflow(name: string): string {
  return `# Tests, synthesizes, shows what would change, builds the images and looks for known vulnerabilities in them.
name: CI
on:
  push: { branches: [main] }
  pull_request:
permissions:
  contents: read
# With pipefail: what a command before a pipe ends with counts.
defaults: { run: { shell: bash } }
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0, persist-credentials: false }
      - uses: actions/setup-node@v4
        with: { node-version: 22, cache: npm }
      - run: npm ci
      - run: npm test
      - run: npx compose8s synth
      - name: What would change
        if: github.event_name == 'pull_request'
        env:
          BASE: origin/\${{ github.base_ref }}
        run: |
          git cat-file -e "$BASE:cdk8s.yaml" 2>/dev/null || exit 0 # nothing to compare with yet
          code=0
          changes=$(npx compose8s diff --against "$BASE") || code=$?
          printf '%s\\n' "$changes"
          # The summary is Markdown, which would make lists of the signs at the beginning of lines.
          printf '\`\`\`text\\n%s\\n\`\`\`\\n' "$changes" >>"$GITHUB_STEP_SUMMARY"
          case $code in
            0|3) ;;
            4) echo "::warning::This change puts stored data at risk: read the summary before you deploy it." ;;
            *) exit "$code" ;;
          esac
      # Those of production. images.yaml is there where a registry is named, and asks for no secrets but those that builds read.
      - name: Build the images
        run: docker compose --file dist/${name}/prod/compose/images.yaml build
      - name: Scan the images
        run: |
          for image in $(npx compose8s list ${name}/prod --json | jq -r '.[].images[].image' | sort -u); do
            docker run --rm -v /var/run/docker.sock:/var/run/docker.sock aquasec/trivy:0.69.3 image --exit-code 1 --severity CRITICAL --ignore-unfixed "$image"
          done
`;
}
